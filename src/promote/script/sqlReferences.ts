/** Tables and addresses that a query names, by the tokens of Spark's grammar. */
import { isHidden, sqlTokens } from '../../cells/sqlTokens';

import type { ISqlToken } from '../../cells/sqlTokens';

/** What a query names. */
export interface ISqlReferences {
  /** `db.t` or `t`. */
  reads: string[];
  writes: string[];
  /** Names that the query makes for itself: temporary views. */
  views: string[];
  /** Of files queried directly, and of LOCATION. */
  readAddresses: string[];
  writeAddresses: string[];
  /** `USE db`. */
  database?: string;
}

const FILLERS = /^KW_(?:TABLE|IF|NOT|EXISTS|EXTENDED|FORMATTED|INTO|OVERWRITE|LOCAL|OR|REPLACE|EXTERNAL)$/;
const DATA_SOURCES = /^(?:parquet|csv|json|orc|text|avro|binaryfile|delta|iceberg)$/i;

/** Read a query; several may stand one after the other. */
export function sqlReferences(sql: string): ISqlReferences {
  const found: ISqlReferences = { reads: [], writes: [], views: [], readAddresses: [], writeAddresses: [] };
  const tokens = sqlTokens(sql).filter(token => !isHidden(token));
  const local = new Set<string>();
  const type = (index: number) => tokens[index]?.type ?? '';
  for (let index = 0; index < tokens.length; index++) {
    // WITH a AS (…), b AS (…)
    if (
      isWord(tokens[index]) &&
      type(index + 1) === 'KW_AS' &&
      type(index + 2) === 'LEFT_PAREN' &&
      /^(?:KW_WITH|COMMA)$/.test(type(index - 1))
    ) {
      local.add(plain(tokens[index]?.text ?? '').toLowerCase());
    }
  }
  const add = (list: 'reads' | 'writes', name: INamed | undefined) => {
    if (!name) {
      return;
    }
    const [first = '', second = ''] = name.path;
    if (name.path.length === 2 && DATA_SOURCES.test(first) && second.includes('/')) {
      found[list === 'reads' ? 'readAddresses' : 'writeAddresses'].push(second);
    } else if (name.path.length > 1 || !local.has(first.toLowerCase())) {
      found[list].push(name.path.slice(-2).join('.'));
    }
  };
  for (let index = 0; index < tokens.length; index++) {
    const words = (count: number) => tokens.slice(index, index + count).map(token => token.type.replace('KW_', ''));
    switch (type(index)) {
      case 'KW_FROM':
      case 'KW_JOIN':
        if (type(index - 1) === 'KW_DELETE') {
          add('writes', nameAt(tokens, index + 1));
        } else if (!isFunctionArgument(tokens, index)) {
          let name = nameAt(tokens, index + 1);
          add('reads', name);
          // FROM a x, b y
          while (name && type(index) === 'KW_FROM') {
            let at = name.next + (type(name.next) === 'KW_AS' ? 1 : 0);
            at += isWord(tokens[at]) && !type(at).startsWith('KW_') ? 1 : 0;
            name = type(at) === 'COMMA' ? nameAt(tokens, at + 1) : undefined;
            add('reads', name);
          }
        }
        break;
      case 'KW_INSERT': {
        const name = nameAt(tokens, index + 1);
        if (type(index + 2) === 'KW_DIRECTORY' || type(index + 3) === 'KW_DIRECTORY') {
          break;
        }
        add('writes', name);
        break;
      }
      case 'KW_DIRECTORY':
      case 'KW_LOCATION': {
        const address = stringAt(tokens, index + 1);
        if (address !== undefined) {
          found.writeAddresses.push(address);
        }
        break;
      }
      case 'KW_PATH': {
        const address = stringAt(tokens, type(index + 1).startsWith('EQ') ? index + 2 : index + 1);
        if (address !== undefined) {
          found.readAddresses.push(address);
        }
        break;
      }
      case 'KW_UPDATE':
      case 'KW_TRUNCATE':
        if (index === 0 || type(index - 1) === 'SEMICOLON') {
          add('writes', nameAt(tokens, index + 1));
        }
        break;
      case 'KW_MERGE':
        add('writes', nameAt(tokens, index + 1));
        break;
      case 'KW_USING':
        // MERGE INTO a USING b; CREATE TABLE … USING parquet is a format.
        if (tokens.slice(0, index).some(token => token.type === 'KW_MERGE')) {
          add('reads', nameAt(tokens, index + 1));
        }
        break;
      case 'KW_CREATE':
      case 'KW_DROP':
      case 'KW_ALTER':
      case 'KW_REPAIR':
      case 'KW_MSCK': {
        const object = words(8)
          .slice(1)
          .find(word => /^(?:TABLE|VIEW|DATABASE|SCHEMA|FUNCTION)$/.test(word));
        const at = tokens.findIndex((token, place) => place > index && token.type === `KW_${object ?? ''}`);
        const name = at > 0 ? nameAt(tokens, at + 1) : undefined;
        const isTemporary = words(6).some(word => /^TEMP(?:ORARY)?$/.test(word));
        if (object === 'TABLE' && name) {
          add('writes', name);
        } else if (object === 'VIEW' && name) {
          if (isTemporary) {
            found.views.push(name.path.at(-1) ?? '');
          } else {
            add('writes', name);
          }
        }
        break;
      }
      case 'KW_USE': {
        const name = nameAt(tokens, index + 1 + (/^KW_(?:DATABASE|SCHEMA|NAMESPACE)$/.test(type(index + 1)) ? 1 : 0));
        if (index === 0 && name?.path[0]) {
          found.database = name.path[0];
        }
        break;
      }
      case 'KW_REFRESH':
      case 'KW_DESCRIBE':
      case 'KW_DESC':
      case 'KW_CACHE':
        if (type(index + 1) === 'KW_TABLE') {
          add('reads', nameAt(tokens, index + 1));
        }
        break;
      default:
        break;
    }
  }
  return found;
}

interface INamed {
  path: string[];
  next: number;
}

/** A name, its parts between dots; undefined where a sub-query or something else stands. */
function nameAt(tokens: readonly ISqlToken[], from: number): INamed | undefined {
  let at = from;
  while (FILLERS.test(tokens[at]?.type ?? '')) {
    at++;
  }
  const path: string[] = [];
  while (isWord(tokens[at])) {
    path.push(plain(tokens[at]?.text ?? ''));
    at++;
    if (tokens[at]?.type !== 'DOT') {
      break;
    }
    at++;
  }
  // A function that gives a table: `FROM range(10)`, `FROM explode(…)`.
  return path.length === 0 ||
    (path.length === 1 && tokens[at]?.type === 'LEFT_PAREN' && !/INSERT|CREATE/.test(tokens[from - 1]?.type ?? ''))
    ? undefined
    : { path, next: at };
}

/** `extract(day FROM x)`, `trim(a FROM b)`, `x IS DISTINCT FROM y`. */
function isFunctionArgument(tokens: readonly ISqlToken[], index: number): boolean {
  if (tokens[index - 1]?.type === 'KW_DISTINCT' && /^KW_(?:IS|NOT)$/.test(tokens[index - 2]?.type ?? '')) {
    return true;
  }
  let depth = 0;
  for (let at = index - 1; at >= 0; at--) {
    const { type } = tokens[at] ?? { type: '' };
    if (type === 'RIGHT_PAREN') {
      depth++;
    } else if (type === 'LEFT_PAREN') {
      if (depth === 0) {
        return /^(?:KW_)?(?:EXTRACT|TRIM|SUBSTRING|SUBSTR|OVERLAY|POSITION)$/i.test(tokens[at - 1]?.text ?? '');
      }
      depth--;
    } else if (depth === 0 && type === 'KW_SELECT') {
      return false;
    }
  }
  return false;
}

function stringAt(tokens: readonly ISqlToken[], index: number): string | undefined {
  const text = tokens[index]?.text ?? '';
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : undefined;
}

function isWord(token: ISqlToken | undefined): boolean {
  return token !== undefined && (token.type.startsWith('KW_') || token.type.endsWith('IDENTIFIER'));
}

function plain(text: string): string {
  return text.startsWith('`') ? text.slice(1, -1).replace(/``/g, '`') : text;
}
