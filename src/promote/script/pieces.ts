/** What each cell of a notebook is for a script: code, a query, settings, or nothing. */
import {
  CODE_OPTIONS,
  COMMENT,
  REMOTE_MAGICS,
  SPARK_OPTIONS,
  codeOptions,
  isEmptyCode,
  parseCell,
  parseOptions,
  words
} from '../../cells';
import { configureOf } from './configure';
import { pipPackages, takeForeign } from './lines';
import { NotPromotable } from './notebook';

import type { ICodeOptions, IMagicText } from '../../cells';
import type { IOmission } from '../types';
import type { INotebookCell, INotebookText } from './notebook';

/** One cell that is in the script. */
export interface IPiece {
  cell: number;
  /** Line of the cell, from 1, that the code begins on. */
  first: number;
  kind: 'python' | 'sql' | 'parameters';
  code: string;
  /** Of a query. */
  options?: ICodeOptions;
  /** Headings of the Markdown above. */
  headings: string[];
}

/** A notebook taken apart. */
export interface IPieces {
  pieces: IPiece[];
  omissions: IOmission[];
  packages: string[];
  /** Settings of the last `%%configure`. */
  settings: Record<string, unknown>;
  /** Names that only what was left out gives a value to: which cell, and what it is. */
  lost: Map<string, { cell: number; what: string }>;
}

const SKIP = ['skip', 'skip-execution', 'skip_execution', 'emr-skip'];
/** Cell magics of ours and of IPython without code that a script could have, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  local: 'It runs on the Jupyter host; a script has only the cluster’s side.',
  info: 'It shows the notebook’s session.',
  logs: 'It shows the session’s log; a run has its own.',
  cleanup: 'It ends sessions; a script has its own.',
  delete: 'It ends a session; a script has its own.',
  help: 'It shows help.',
  bash: 'It runs a shell on the Jupyter host.',
  sh: 'It runs a shell on the Jupyter host.',
  script: 'It runs a program on the Jupyter host.',
  html: 'It is shown by the notebook only.',
  javascript: 'It is shown by the notebook only.',
  js: 'It is shown by the notebook only.',
  latex: 'It is shown by the notebook only.',
  markdown: 'It is shown by the notebook only.',
  svg: 'It is shown by the notebook only.',
  writefile: 'It writes a file on the Jupyter host.',
  timeit: 'It measures the notebook.',
  prun: 'It measures the notebook.'
};
const LINE_REASONS: Readonly<Record<string, string>> = {
  emr: 'A script runs on the pipeline’s own application.',
  sm_analytics: 'A script runs on the pipeline’s own application.',
  load_ext: 'A script has no extensions of notebooks.',
  reload_ext: 'A script has no extensions of notebooks.',
  spark: 'A script has its own Spark session.',
  manage_spark: 'A script has its own Spark session.',
  clear: 'A script has no output to clear.',
  matplot: 'A script shows no pictures.',
  json: 'A script has no display.',
  table: 'A script has no display.'
};

/**
 * Take a notebook apart.
 *
 * @throws EmrError `NotPromotable` naming the cell: another language, another binding, wrong options or settings
 */
export function piecesOf(notebook: INotebookText): IPieces {
  const result: IPieces = { pieces: [], omissions: [], packages: [], settings: {}, lost: new Map() };
  const hasParameters = notebook.cells.some(cell => cell.tags.includes('parameters') && !isSkipped(cell));
  const reader = new Reader(notebook, result, hasParameters);
  notebook.cells.forEach(cell => reader.read(cell));
  return result;
}

function isSkipped(cell: INotebookCell): boolean {
  return cell.tags.some(tag => SKIP.includes(tag));
}

class Reader {
  private headings: string[] = [];
  private readonly bindings = new Set<string>();
  /** In a Python kernel with sparkmagic only `%%spark` cells are remote. */
  private readonly onlyMagics: boolean;
  private readonly language: 'pyspark' | 'spark' | 'sparkr' | 'other';

  constructor(
    notebook: INotebookText,
    private readonly result: IPieces,
    private readonly hasParameters: boolean
  ) {
    const { kernel, language } = notebook;
    this.language =
      /^(spark|.*scala.*|sparkkernel|spark-emr)$/.test(kernel) || language === 'scala'
        ? 'spark'
        : /sparkr|^ir$/i.test(kernel) || language === 'r'
          ? 'sparkr'
          : language === 'python' || language === 'pyspark' || kernel.includes('pyspark')
            ? 'pyspark'
            : 'other';
    this.onlyMagics =
      /^python\d*$/.test(kernel) &&
      notebook.cells.some(cell => cell.type === 'code' && /^\s*%%spark\b/.test(cell.source));
  }

  read(cell: INotebookCell): void {
    if (cell.type === 'markdown') {
      this.headings.push(...headingsOf(cell.source));
      return;
    }
    const source = cell.source.replace(/\r\n?/g, '\n');
    if (source.trim() === '') {
      return;
    }
    if (cell.type === 'raw') {
      this.leave(cell, source, 'It is a raw cell: nothing runs it.');
      return;
    }
    if (isSkipped(cell)) {
      const tag = cell.tags.find(item => SKIP.includes(item)) ?? '';
      this.leave(cell, source, `It has the tag "${tag}".`);
      assigned(source).forEach(name => this.lose(name, cell, 'has the tag "skip"'));
      return;
    }
    if (cell.tags.includes('injected-parameters') && this.hasParameters) {
      this.leave(cell, source, 'These are the values of one run of papermill: give them as arguments.');
      return;
    }
    this.readCode(cell, source);
  }

  private readCode(cell: INotebookCell, source: string): void {
    const isOurs = (name: string) => !REMOTE_MAGICS.includes(name);
    const parsed = parseCell(source, isOurs, COMMENT[this.language] ?? '#');
    if (parsed.cellMagic) {
      this.cellMagic(cell, source, parsed.cellMagic, parsed.body);
      return;
    }
    parsed.lineMagics.forEach(magic => this.lineMagic(cell, source, magic));
    if (isEmptyCode(parsed.body, '#') && parsed.lineMagics.length > 0) {
      return;
    }
    if (this.onlyMagics) {
      this.leave(cell, source, LEFT_OUT['local'] ?? '');
      return;
    }
    if (this.language !== 'pyspark') {
      const name = { spark: 'Scala', sparkr: 'R', other: 'another language' }[this.language];
      throw new NotPromotable(
        cell.index,
        undefined,
        `this is ${name}; only Python and SQL become a script.`,
        'Write the pipeline in Python, or give what it does not need the tag "skip".'
      );
    }
    this.python(cell, source, parsed.body);
  }

  private python(cell: INotebookCell, source: string, body: string): void {
    const first = source.slice(0, source.length - body.length).split('\n').length;
    const { code, foreign } = takeForeign(body);
    for (const { line, kind, text, target } of foreign) {
      this.foreign(cell, first + line - 1, kind, text, target);
    }
    if (isEmptyCode(code, '#') && foreign.length > 0) {
      return;
    }
    const isParameters = cell.tags.includes('parameters') || cell.tags.includes('injected-parameters');
    this.push({ cell: cell.index, first, kind: isParameters ? 'parameters' : 'python', code });
  }

  private push(piece: Omit<IPiece, 'headings'>): void {
    this.result.pieces.push({ ...piece, headings: this.headings });
    this.headings = [];
  }

  private cellMagic(cell: INotebookCell, source: string, { name, line }: IMagicText, body: string): void {
    const text = source.trimStart();
    switch (name) {
      case 'sql':
      case 'spark':
      case 'pyspark':
      case 'scala':
      case 'sparkr':
      case 'r':
      case 'R':
        this.code(cell, source, { name, line }, body);
        return;
      case 'pretty':
      case 'matplot':
      case 'time':
      case 'capture':
        this.refuseBinding(cell, line);
        this.note(
          cell,
          text,
          name === 'pretty' ? 'Its code stays; what it prints is plain text.' : `Its code stays, without %%${name}.`
        );
        this.python(cell, source, body);
        return;
      case 'display':
        this.refuseBinding(cell, line);
        this.note(cell, text, 'Its code stays, without what it shows.');
        this.python(cell, source, body);
        return;
      case 'configure': {
        const isJson = line.includes('{');
        const json = isJson ? line.slice(line.indexOf('{')) : '';
        this.refuseBinding(cell, isJson ? line.slice(0, line.indexOf('{')) : line);
        const settings = `${json}\n${body}`.trim();
        if (settings) {
          this.result.settings = configureOf(cell.index, settings);
          this.note(cell, text, 'Its settings are in the pipeline’s file.');
        }
        return;
      }
      case 'send_to_spark': {
        const args = line.split(/\s+/);
        const option = (short: string, long: string) => {
          const at = args.findIndex(word => word === short || word === long);
          return at < 0 ? undefined : args[at + 1];
        };
        const target = option('-n', '--varname') ?? option('-i', '--input');
        if (target) {
          this.lose(target, cell, 'takes it from the Jupyter host');
        }
        this.leave(cell, source, 'It takes data from the Jupyter host, which a script has not.');
        return;
      }
      default:
        this.leave(cell, source, LEFT_OUT[name] ?? `%%${name} is a magic of the notebook.`);
    }
  }

  private code(cell: INotebookCell, source: string, { name, line }: IMagicText, body: string): void {
    if (name === 'spark' && /^(?:add|delete|info|logs|cleanup|config|session|remove)\b/i.test(line)) {
      this.leave(cell, source, LINE_REASONS['spark'] ?? '');
      return;
    }
    const args = parsed(cell, () =>
      parseOptions(`%%${name}`, words(line), name === 'spark' ? SPARK_OPTIONS : CODE_OPTIONS)
    );
    this.refuseBinding(cell, line);
    const isSql = name === 'sql' || args.get('coerce') === 'sql' || args.get('context') === 'sql';
    const own = this.onlyMagics ? 'pyspark' : this.language;
    const language = name === 'pyspark' ? 'pyspark' : name === 'spark' ? own : name;
    if (!isSql && language !== 'pyspark') {
      const shown = /^(?:r|sparkr)$/i.test(language) ? 'R' : 'Scala';
      throw new NotPromotable(
        cell.index,
        undefined,
        `this is ${shown} (%%${name}); only Python and SQL become a script.`,
        'Write it in Python, or give the cell the tag "skip".'
      );
    }
    const options = parsed(cell, () => codeOptions(`%%${name}`, args));
    if (isSql) {
      const query = [args.words.join(' '), body].filter(text => text.trim()).join('\n');
      const first = source.split('\n').length - query.split('\n').length + 1;
      this.push({ cell: cell.index, first: Math.max(1, first), kind: 'sql', code: query, options });
      return;
    }
    if (options.output !== undefined) {
      this.note(
        cell,
        source.trim(),
        `-o ${options.output} brings data to the Jupyter host, which a script has not; the code stays.`
      );
    }
    this.python(cell, source, body);
  }

  private lineMagic(cell: INotebookCell, source: string, { name, line }: IMagicText): void {
    const at = source.split('\n').findIndex(text => text.trim().startsWith(`%${name}`));
    this.foreign(cell, at + 1, 'magic', `${name} ${line}`.trim(), undefined);
  }

  private foreign(
    cell: INotebookCell,
    line: number,
    kind: 'magic' | 'shell' | 'help',
    text: string,
    target: string | undefined
  ): void {
    const name = /^[\w.]+/.exec(text)?.[0] ?? '';
    const packages = pipPackages(text);
    if (target !== undefined) {
      target.split(',').forEach(item => this.lose(item.trim(), cell, 'takes it from the Jupyter host'));
    }
    if (kind === 'magic' && name === 'emr') {
      this.binding(cell, line, text);
    }
    let reason = 'It asks for help.';
    if (packages) {
      this.result.packages.push(...packages);
      reason = 'Packages of a pipeline are named in its file.';
    } else if (kind === 'shell') {
      reason = 'It runs a program on the Jupyter host.';
    } else if (kind === 'magic') {
      reason = LINE_REASONS[name] ?? `%${name} is a magic of the notebook.`;
    }
    const sign = kind === 'magic' ? '%' : kind === 'shell' ? '!' : '';
    this.result.omissions.push({ cell: cell.index, line, text: `${sign}${text}`.slice(0, 100), reason });
  }

  /** A second binding: a script has one session. */
  private binding(cell: INotebookCell, line: number, text: string): void {
    const match = /^emr\s+(connect|use)\b(.*)$/.exec(text);
    const named =
      /--name[ =]+(\S+)/.exec(match?.[2] ?? '')?.[1] ?? (match?.[1] === 'use' ? match[2]?.trim() : undefined);
    if (!match) {
      return;
    }
    this.bindings.add(named ?? '');
    if (this.bindings.size > 1) {
      throw new NotPromotable(
        cell.index,
        line,
        `the notebook uses a second binding${named ? `, "${named}"` : ''}; a script has one session.`,
        'Make a notebook of each part, or give the cells of the other binding the tag "skip".'
      );
    }
  }

  private refuseBinding(cell: INotebookCell, line: string): void {
    const name = /(?:^|\s)(?:-s|--session)[ =]+(\S+)/.exec(line)?.[1];
    if (name !== undefined && ![...this.bindings].includes(name)) {
      throw new NotPromotable(
        cell.index,
        1,
        `the cell runs on the binding "${name}" (-s); a script has one session.`,
        'Make a notebook of each part, or give the cell the tag "skip".'
      );
    }
  }

  private lose(name: string, cell: INotebookCell, what: string): void {
    this.result.lost.set(name, { cell: cell.index, what });
  }

  /** The whole cell is not in the script. */
  private leave(cell: INotebookCell, source: string, reason: string): void {
    this.result.omissions.push({ cell: cell.index, text: firstLine(source), reason });
  }

  /** The cell is there in another form. */
  private note(cell: INotebookCell, text: string, reason: string): void {
    this.result.omissions.push({ cell: cell.index, line: 1, text: firstLine(text), reason });
  }
}

/** Headings of a Markdown cell, without those in blocks of code. */
function headingsOf(source: string): string[] {
  return source
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .split('\n')
    .flatMap(line => /^#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1] ?? [])
    .filter(Boolean);
}

/** Names that a text gives a value to at the beginning of its lines. */
function assigned(source: string): string[] {
  return [
    ...source.matchAll(/^(?:(?:async\s+)?def\s+|class\s+)?([A-Za-z_]\w*)(?:\s*(?::[^=\n]+)?=(?!=)|\s*\(|\s*:)/gm)
  ].flatMap(([all, name = '']) => (/=|^(?:async|def|class)\b/.test(all) ? [name] : []));
}

function parsed<T>(cell: INotebookCell, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { message, fix } = error as { message: string; fix?: string };
    throw new NotPromotable(cell.index, 1, message, fix);
  }
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 100);
}
