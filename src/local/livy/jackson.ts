import { LivyError } from './errors';

/** Request bodies, refused in the words of Jackson, Livy's JSON library: clients show these texts to people. */
const SOURCE = '[Source: (org.eclipse.jetty.server.HttpInputOverHTTP); ';

/** One member of the body's object. `after` is where Jackson's reader stands once it saw the value's first token. */
export interface IMember {
  key: string;
  value: unknown;
  start: number;
  after: number;
}

/** Where a position is, as Jackson says it. */
export function place(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `${SOURCE}line: ${line}, column: ${offset - (before.lastIndexOf('\n') + 1) + 1}]`;
}

/**
 * The members of a JSON object with their places.
 * @param type - the Java class that Livy reads the body into.
 * @throws LivyError 400 where the text is no JSON object.
 */
export function readObject(text: string, type: string): IMember[] {
  if (text.trim() === '') throw refuse(`No content to map due to end-of-input\n at ${SOURCE}line: 1, column: 0]`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(syntaxError(text));
  }
  if (Array.isArray(value)) throw refuse(mismatch(type, 'Array value (token `JsonToken.START_ARRAY`)', text, 0));
  if (typeof value !== 'object' || value === null) {
    throw refuse(
      `Cannot construct instance of \`${type}\`: no suitable creator method to deserialize from ${javaKind(value)}\n at ${place(text, 0)}`
    );
  }
  return members(text, value as Record<string, unknown>);
}

/** A field that the class does not have. */
export function unknownField(text: string, type: string, member: IMember, known: readonly string[]): LivyError {
  return refuse(
    `Unrecognized field "${member.key}" (class ${type}), not marked as ignorable (${known.length} known properties: ` +
      `${known.map(name => `"${name}"`).join(', ')}])\n at ${place(text, member.after)} (through reference chain: ${type}["${member.key}"])`
  );
}

/** A value of the wrong type. */
export function wrongType(text: string, type: string, member: IMember, wanted: string): LivyError {
  const { key, value } = member;
  const chain = ` (through reference chain: ${type}["${key}"])`;
  if (typeof value === 'string') {
    const what = wanted === 'int' ? 'not a valid `int` value' : `not a valid \`${wanted}\` value`;
    return refuse(
      `Cannot deserialize value of type \`${wanted}\` from String "${value}": ${what}\n at ${place(text, member.start)}${chain}`
    );
  }
  const token = Array.isArray(value)
    ? 'Array value (token `JsonToken.START_ARRAY`)'
    : typeof value === 'object'
      ? 'Object value (token `JsonToken.START_OBJECT`)'
      : javaKind(value);
  return refuse(mismatch(wanted, token, text, member.start) + chain);
}

/** 400 with Jackson's text alone: no `{"msg": …}` around it. */
export function refuse(message: string): LivyError {
  return new LivyError(400, message);
}

function mismatch(type: string, token: string, text: string, offset: number): string {
  return `Cannot deserialize value of type \`${type}\` from ${token}\n at ${place(text, offset)}`;
}

function javaKind(value: unknown): string {
  if (typeof value === 'boolean') return 'Boolean value (token `JsonToken.VALUE_' + String(value).toUpperCase() + '`)';
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? 'Integer value (token `JsonToken.VALUE_NUMBER_INT`)'
      : 'Floating-point value (token `JsonToken.VALUE_NUMBER_FLOAT`)';
  }
  return 'String value';
}

/** The text is valid JSON: only places are looked for. */
function members(text: string, object: Record<string, unknown>): IMember[] {
  const found: IMember[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s,:{}[\]"]+/g;
  let depth = 0;
  let key: string | undefined;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [word] = match;
    if (depth === 1 && word !== '}') {
      if (key === undefined) {
        key = JSON.parse(word) as string;
        continue;
      }
      const whole = !/^["{[]/.test(word);
      found.push({ key, value: object[key], start: match.index, after: match.index + (whole ? word.length : 1) });
      key = undefined;
    }
    if (word === '{' || word === '[') depth++;
    if (word === '}' || word === ']') depth--;
  }
  return found;
}

function syntaxError(text: string): string {
  const first = text.search(/\S/);
  const bare = /^[\p{L}\p{N}_$]+/u.exec(text.slice(first));
  if (bare && !/^(true|false|null|[0-9])/.test(bare[0])) {
    const end = Math.min(first + bare[0].length + 1, text.length);
    return `Unrecognized token '${bare[0]}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at ${place(text, end)}`;
  }
  const open: number[] = [];
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') open.push(index);
    else if (char === '}' || char === ']') open.pop();
  }
  const end = place(text, text.length);
  if (inString) return `Unexpected end-of-input in VALUE_STRING\n at ${end}`;
  const marker = open.at(-1);
  if (marker !== undefined) {
    const kind = text[marker] === '{' ? 'Object' : 'Array';
    return `Unexpected end-of-input: expected close marker for ${kind} (start marker at ${place(text, marker)})\n at ${end}`;
  }
  const wrong = text[first] ?? '';
  return `Unexpected character ('${wrong}' (code ${wrong.charCodeAt(0)})): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at ${place(text, first + 1)}`;
}
