import type { Language } from '../protocol';

/** The part of a cell that is code, and whose. */
export interface ICellBody {
  /** Where it begins; UTF-16. */
  offset: number;
  text: string;
  /** `local`: Python on this host; undefined: no code. */
  language: Language | 'sql' | 'local' | undefined;
  /** `-s NAME` of the cell magic: the binding that it runs on. */
  binding?: string;
}

const LANGUAGES: Readonly<Record<string, ICellBody['language']>> = {
  sql: 'sql',
  scala: 'spark',
  pyspark: 'pyspark',
  sparkr: 'sparkr',
  r: 'sparkr',
  local: 'local'
};
/** Cell magics whose body is the kernel's own language. */
const OWN = new Set(['spark', 'pretty', 'display']);
/** Blank lines and comments, then the cell magic's line. `%%sql select 1` begins on that line. */
const CELL_MAGIC = /^(?:[ \t]*(?:(?:#|\/\/|--).*)?\r?\n)*[ \t]*%%(\w+)([^\n]*)(?:\n|$)/;
/** The same, and line magics with the lines that go on after a backslash. */
const LINE_MAGICS =
  /^(?:[ \t]*(?:(?:#|\/\/).*)?\r?\n)*(?:[ \t]*%(?!%)(?!(?:json|table|matplot)\b)[A-Za-z_](?:[^\n]*\\\r?\n)*[^\n]*(?:\n|$))/;

/** Where the code of a cell is: below its cell magic, or below the line magics that it begins with. */
export function cellBody(code: string, own: Language): ICellBody {
  const match = CELL_MAGIC.exec(code);
  if (match) {
    const [head, name = '', line = ''] = match;
    const language = OWN.has(name) ? own : LANGUAGES[name];
    const binding = /(?:^|\s)(?:-s|--session|--name)[ =]+(?:"([^"]*)"|'([^']*)'|(\S+))/.exec(line);
    return {
      offset: head.length,
      text: code.slice(head.length),
      language,
      ...(binding ? { binding: binding[1] ?? binding[2] ?? binding[3] ?? '' } : {})
    };
  }
  let offset = 0;
  for (let magic = LINE_MAGICS.exec(code); magic; magic = LINE_MAGICS.exec(code.slice(offset))) {
    offset += magic[0].length;
  }
  return { offset, text: code.slice(offset), language: own };
}
