/** A magic as it was written. */
export interface IMagicText {
  /** `emr`, `sql`. */
  name: string;
  /** The rest of its line. */
  line: string;
}

/** A cell taken apart. */
export interface IParsedCell {
  /** The cell magic that the cell begins with. */
  cellMagic?: IMagicText;
  /** Line magics before the code. */
  lineMagics: IMagicText[];
  /** What is left: the body of the cell magic, or the code below the line magics. */
  body: string;
}

/** Lines that Livy's own interpreters understand: they are code. */
export const REMOTE_MAGICS: readonly string[] = ['json', 'table', 'matplot'];

const MAGIC = /^(%%?)([A-Za-z_][\w.]*)[ \t]*(.*)$/;

/**
 * Take a cell apart. Blank lines and comments may stand before the magic. Lines such as `%json df`, which Livy's own
 * interpreters understand, stay in the code.
 *
 * @param comment - how a comment of the cell's language begins; `#` always may stand before a magic
 * @param isOurs - whether a line magic of that name is ours; others are code
 */
export function parseCell(code: string, isOurs: (name: string) => boolean, comment = '#'): IParsedCell {
  const lines = code.replace(/\r\n?/g, '\n').split('\n');
  const lineMagics: IMagicText[] = [];
  let index = 0;
  let bodyStart = 0;
  for (; index < lines.length; index++) {
    const line = (lines[index] ?? '').trim();
    if (line === '' || line.startsWith(comment) || line.startsWith('#')) {
      continue;
    }
    const match = MAGIC.exec(line);
    if (!match) {
      break;
    }
    const [, percent, name = '', rest = ''] = match;
    if (percent === '%%') {
      if (lineMagics.length > 0) {
        break;
      }
      return { cellMagic: { name, line: rest.trim() }, lineMagics, body: lines.slice(index + 1).join('\n') };
    }
    if (!isOurs(name)) {
      break;
    }
    // A backslash at the end of a line goes on, as in a shell.
    let text = rest;
    while (text.endsWith('\\') && index + 1 < lines.length) {
      text = `${text.slice(0, -1)} ${(lines[++index] ?? '').trim()}`;
    }
    lineMagics.push({ name, line: text.trim() });
    bodyStart = index + 1;
  }
  return { lineMagics, body: lineMagics.length > 0 ? lines.slice(bodyStart).join('\n') : code };
}

/** Whether there is nothing in the code to run. */
export function isEmptyCode(code: string, comment: string): boolean {
  return code.split('\n').every(line => line.trim() === '' || line.trim().startsWith(comment));
}

/** How a line comment begins. */
export const COMMENT: Readonly<Record<string, string>> = { pyspark: '#', spark: '//', sparkr: '#', sql: '--' };
