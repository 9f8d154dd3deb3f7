/** Puts a script together: imports, arguments, Spark session, cells in order. */
import { Python, importOf } from './python';

import type { IOmission, IScript } from '../types';
import type { HoistRule, IHoisted } from './tidy';

/** What stands above the cells. */
export interface IFrame {
  /** The module's docstring. */
  head: string;
  args?: { code: string; imports: string[]; call: string };
}

interface IImported extends IHoisted {
  cell: number;
}

/** What changes what an import finds: such an import stays where it is. */
const CHANGES_IMPORTS = /addPyFile|addFile|sys\.path|sys\.modules|os\.environ|importlib|\.use\(/;

/** Collects the parts of a script. */
export class Assembly {
  private readonly imports: IImported[] = [];
  private readonly cells: { cell: number; lines: string[] }[] = [];
  private seen = '';

  /** An import may stand at the top where nothing before it has a name that it binds, or changes what it finds. */
  readonly hoist: HoistRule = (text, names, before) => {
    const above = `${this.seen}\n${before}`;
    const code = above.replace(/^\s*(?:from\s+\S+\s+)?import\s+[^\n(]*$/gm, '').replace(/#[^\n]*/g, '');
    if (this.imports.some(item => item.text === text)) {
      return !names.some(name =>
        new RegExp(`(?:^|[^.\\w])${name}\\s*=(?!=)|(?:def|class)\\s+${name}\\b`, 'm').test(code)
      );
    }
    if (CHANGES_IMPORTS.test(code)) {
      return false;
    }
    if (names.includes('*')) {
      return code.trim() === '';
    }
    const others = this.imports.map(item => item.text).join('\n');
    return !names.some(name => new RegExp(`\\b${name}\\b`).test(code) || bindsOther(others, text, name));
  };

  /** Keep an import for the top. */
  import(cell: number, item: IHoisted): void {
    if (!this.imports.some(other => other.text === item.text)) {
      this.imports.push({ ...item, cell });
    }
  }

  /** The next cell's code. Where nothing is left of it, its headings are. */
  add(cell: number, headings: readonly string[], code: string): void {
    this.seen += `\n${code}`;
    const body = trimmed(code.split('\n').map(line => (inString(code) ? line : line.trimEnd())));
    if (body.length === 0 && headings.length === 0) {
      return;
    }
    const lines = [...headings.map(heading => `# ${heading}`), ...body];
    if (body.every(line => line.trim() === '' || line.startsWith('#')) && headings.length === 0) {
      return;
    }
    this.cells.push({ cell, lines });
  }

  /** The whole text. */
  finish(frame: IFrame): { text: string; cells: IScript['cells']; unused: IOmission[] } {
    const body = this.cells.map(({ lines }) => lines.join('\n')).join('\n');
    const used = new Set(`${body}\n${frame.args?.code ?? ''}`.match(/[A-Za-z_]\w*/g) ?? []);
    const own: string[] = [...(frame.args?.imports ?? [])];
    const setup: string[] = [];
    const wantsContext = used.has('sc') || used.has('sqlContext');
    if (used.has('spark') || wantsContext) {
      own.push('from pyspark.sql import SparkSession');
      used.add('SparkSession');
      setup.push('spark = SparkSession.builder.getOrCreate()');
    }
    if (wantsContext) {
      setup.push('sc = spark.sparkContext');
    }
    if (used.has('sqlContext')) {
      own.push('from pyspark.sql import SQLContext');
      used.add('SQLContext');
      setup.push('sqlContext = SQLContext(sc, spark)');
    }
    const { kept, unused } = this.keptImports(used);
    const future = this.imports.filter(item => item.isFuture).map(item => item.text);
    const ours = own.filter(text => !kept.some(other => other === text || bindsSame(other, text)));
    const isStandard = (text: string) => /^import (?:argparse|json)$/.test(text);
    const star = /^\s*from\s+\S+\s+import\s+\*/m.test(`${kept.join('\n')}\n${body}`);
    const text: string[] = [];
    const block = (lines: readonly string[], blanks = 1) => {
      if (lines.length > 0) {
        text.push(
          ...(text.length > 0 ? Array<string>(blanks).fill('') : []),
          ...lines.flatMap(line => line.split('\n'))
        );
      }
    };
    block([frame.head]);
    if (star) {
      block(['# ruff: noqa: F403, F405']);
    }
    block(future);
    block(ours.filter(isStandard).sort());
    block([...ours.filter(item => !isStandard(item)), ...kept]);
    if (frame.args) {
      block([frame.args.code], 2);
    }
    const start = [...(frame.args ? [frame.args.call] : []), ...setup];
    block(start, frame.args ? 2 : 1);
    const cells: IScript['cells'] = [];
    for (const { cell, lines } of this.cells) {
      text.push('');
      if (/^(?:def|class|async def|@)\b/.test(lines[0] ?? '') || endsBlock(text)) {
        text.push('');
      }
      text.push(`# %% cell ${cell + 1}`);
      const first = text.length;
      text.push(...lines.join('\n').split('\n'));
      cells.push({ cell, first, last: text.length });
    }
    return { text: `${text.join('\n')}\n`, cells, unused };
  }

  /** Imports without the names that nothing uses any more. */
  private keptImports(used: ReadonlySet<string>): { kept: string[]; unused: IOmission[] } {
    const kept: string[] = [];
    const unused: IOmission[] = [];
    for (const { text, isFuture, cell } of this.imports) {
      if (isFuture) {
        continue;
      }
      const python = new Python(text);
      const node = python.statements()[0];
      const { module, names } = node ? importOf(python, node) : { module: undefined, names: [] };
      const wanted = names.filter(({ as, name }) => name === '*' || used.has(as));
      if (wanted.length < names.length) {
        const left = names.filter(item => !wanted.includes(item)).map(item => item.as);
        unused.push({
          cell,
          text: text.split('\n')[0]?.slice(0, 100) ?? '',
          reason: `The script does not use ${left.join(', ')}.`
        });
      }
      if (wanted.length > 0) {
        kept.push(wanted.length === names.length ? text : importText(module, wanted));
      }
    }
    return { kept, unused };
  }
}

function importText(module: string | undefined, names: readonly { name: string; as: string }[]): string {
  const list = names.map(({ name, as }) =>
    as === name || (!module && name.split('.')[0] === as) ? name : `${name} as ${as}`
  );
  if (!module) {
    return `import ${list.join(', ')}`;
  }
  const line = `from ${module} import ${list.join(', ')}`;
  return line.length <= 88 ? line : `from ${module} import (\n${list.map(item => `    ${item},\n`).join('')})`;
}

/** Whether another import binds the name to something else. */
function bindsOther(others: string, text: string, name: string): boolean {
  return others
    .split('\n')
    .some(
      line =>
        line !== text &&
        bindsSame(line, `import ${name}`) &&
        !(line.startsWith('import ') && text.startsWith('import ') && text.includes('.'))
    );
}

/** Whether two imports have a name in common. */
function bindsSame(one: string, other: string): boolean {
  const names = (text: string) => {
    const python = new Python(text);
    const node = python.statements()[0];
    return node?.name === 'ImportStatement' ? importOf(python, node).names.map(({ as }) => as) : [];
  };
  const first = names(one);
  return names(other).some(name => first.includes(name));
}

/** Without empty lines at both ends, and with two in a row at most. */
function trimmed(lines: readonly string[]): string[] {
  const text = lines
    .join('\n')
    .replace(/^\s*\n/, '')
    .trimEnd();
  return text ? text.split('\n') : [];
}

/** Whether the code has texts over several lines: their blanks are the user's. */
function inString(code: string): boolean {
  return /"""|'''/.test(code);
}

/** A function or class stands two lines off what follows. */
function endsBlock(lines: readonly string[]): boolean {
  const last = [...lines].reverse().find(line => line.trim() !== '') ?? '';
  if (!/^\s/.test(last)) {
    return false;
  }
  const head = [...lines].reverse().find(line => /^\S/.test(line)) ?? '';
  return /^(?:async\s+)?(?:def|class)\b/.test(head);
}
