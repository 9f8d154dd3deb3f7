import { errorInfo } from '../../protocol';
import { usage } from '../options';
import { keepTrace, partsOf, showParts } from '../outputs';
import { ProgressDisplay } from '../progress';
import { age, say, showTable } from '../show';

import type { ILivyStatementView, IRunPart } from '../../session';
import type { ICommand } from '../types';

/** Statements that are listed. */
const LISTED = 20;

/** `%emr result`. */
export const result: ICommand = {
  name: 'result',
  summary: 'The output of a statement of this session once more; alone: its last statements',
  usage: '[N]',
  options: [{ name: 'name', value: 'NAME', help: 'Of another binding of the notebook' }],
  async run({ args, cell, notebook }) {
    const [number, ...more] = args.words;
    const name = args.get('name');
    const session = name === undefined ? notebook.session : notebook.bindings.get(name);
    if (number === undefined) {
      const statements = await session.statements(LISTED);
      showTable(
        cell,
        ['statement', 'state', 'ended', 'code'],
        statements.map(item => [item.id, item.state, item.endedAt ? `${age(item.endedAt)} ago` : '', firstLine(item)]),
        'No cell has run on this session yet.'
      );
      return;
    }
    if (!/^\d+$/.test(number) || more.length > 0) {
      throw usage(
        `%emr result cannot show "${args.words.join(' ').slice(0, 60)}".`,
        'It takes the number of one statement; %emr result alone lists them.'
      );
    }
    const progress = new ProgressDisplay(cell);
    const show = (parts: readonly IRunPart[]): void => {
      progress.end(true);
      showParts(cell, notebook, parts);
    };
    try {
      const output = await session.result(Number(number), {
        signal: cell.signal,
        onProgress: progress.update,
        onPrinted: show
      });
      const parts = partsOf(output);
      show(parts);
      if (parts.length === 0) {
        say(cell, `Statement ${number} gave no output.`);
      }
    } catch (error) {
      keepTrace(cell, notebook, error);
      throw errorInfo(error).code === 'LivyNotFound'
        ? usage(
            `This session does not know statement ${number}.`,
            'It keeps the last 100; %emr result alone lists the newest of them.'
          )
        : error;
    } finally {
      progress.end();
    }
  }
};

function firstLine({ code }: ILivyStatementView): string {
  const [line = '', ...more] = code.trim().split('\n');
  return line.length > 80 || more.length > 0 ? `${line.slice(0, 80)} …` : line;
}
