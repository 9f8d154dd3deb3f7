/** Lines of a cell that are IPython's, not Python's: magics, shell commands, questions. */

/** A line that is no Python. */
export interface IForeignLine {
  /** From 1. */
  line: number;
  kind: 'magic' | 'shell' | 'help';
  /** Without the signs at its beginning. */
  text: string;
  /** Name that it would give a value to: `files = !ls`. */
  target?: string;
}

const FOREIGN = /^\s*(?:([A-Za-z_][\w, ]*?)\s*=\s*)?(%{1,2}|!{1,2})([A-Za-z_./~$].*)$/;
const HELP = /^\s*(?:\?{1,2}[\w.*]+|[\w.]+(?:\[[^\]]*\])?\?{1,2})\s*$/;

/**
 * Take such lines out. What stands in strings or brackets is not looked at: there a line may begin with `%`.
 *
 * @returns the code with as many lines, and what was taken out
 */
export function takeForeign(code: string): { code: string; foreign: IForeignLine[] } {
  const lines = code.split('\n');
  const foreign: IForeignLine[] = [];
  const state = new Scanner();
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (state.atStart) {
      const match = FOREIGN.exec(line);
      const indent = /^\s*/.exec(line)?.[0] ?? '';
      if (match) {
        const [, target, sign = '', text = ''] = match;
        const kind = sign.startsWith('%') ? ('magic' as const) : ('shell' as const);
        foreign.push({ line: index + 1, kind, text, ...(target ? { target } : {}) });
        lines[index] = indent ? `${indent}pass` : '';
        // A backslash goes on, as in a shell.
        while ((lines[index] === '' || indent) && /\\\s*$/.test(line) && index + 1 < lines.length) {
          const more = lines[index + 1] ?? '';
          lines[++index] = '';
          if (!/\\\s*$/.test(more)) {
            break;
          }
        }
        continue;
      }
      if (HELP.test(line)) {
        foreign.push({ line: index + 1, kind: 'help', text: line.trim() });
        lines[index] = indent ? `${indent}pass` : '';
        continue;
      }
    }
    state.line(line);
  }
  return { code: lines.join('\n'), foreign };
}

/** Whether a line begins outside of strings, brackets and continued lines. */
class Scanner {
  private quote = '';
  private depth = 0;
  private goesOn = false;

  get atStart(): boolean {
    return this.quote === '' && this.depth === 0 && !this.goesOn;
  }

  line(text: string): void {
    this.goesOn = false;
    for (let index = 0; index < text.length; index++) {
      const sign = text[index] ?? '';
      if (this.quote) {
        if (sign === '\\') {
          index++;
        } else if (text.startsWith(this.quote, index)) {
          index += this.quote.length - 1;
          this.quote = '';
        }
      } else if (sign === '#') {
        break;
      } else if (sign === '"' || sign === "'") {
        this.quote = text.startsWith(sign.repeat(3), index) ? sign.repeat(3) : sign;
        index += this.quote.length - 1;
      } else if ('([{'.includes(sign)) {
        this.depth++;
      } else if (')]}'.includes(sign)) {
        this.depth = Math.max(0, this.depth - 1);
      } else if (sign === '\\' && index === text.length - 1) {
        this.goesOn = true;
      }
    }
    if (this.quote.length === 1) {
      // A plain string goes on to the next line behind a backslash only.
      this.quote = text.endsWith('\\') ? this.quote : '';
    }
  }
}

/** Requirement specifiers of `pip install …`; undefined where a line is no such command. */
export function pipPackages(text: string): string[] | undefined {
  const match = /^(?:(?:\S*python[\d.]*\s+-m\s+)?pip[\d.]*|conda|mamba|uv(?:\s+pip)?)\s+install\s+(.*)$/.exec(
    text.trim()
  );
  if (!match) {
    return undefined;
  }
  const words = (match[1] ?? '').replace(/["']/g, '').split(/\s+/).filter(Boolean);
  const packages: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (
      /^(-r|-c|-i|-f|-t|--index-url|--extra-index-url|--find-links|--requirement|--constraint|--target)$/.test(word)
    ) {
      index++;
    } else if (/^[A-Za-z0-9][\w.-]*(\[[\w,.-]+\])?([<>=!~]=?[^;#]*)?$/.test(word)) {
      packages.push(word);
    }
  }
  return packages;
}
