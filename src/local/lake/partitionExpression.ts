/** The filter of GetPartitions: `date >= '2026-11-02' AND (venue = 'XLON' OR venue IN ('XPAR', 'XETR'))`. */
import type { Column } from '@aws-sdk/client-glue';

import { invalid } from './store';

type Values = Record<string, string>;
type Test = (values: Values) => boolean;

const TOKEN = /\s*('(?:[^']|'')*'|"[^"]*"|<=|>=|<>|!=|[=<>(),]|-?\d+(?:\.\d+)?|[A-Za-z_][\w.]*)/y;
const COMPARE: Record<string, (order: number) => boolean> = {
  '=': order => order === 0,
  '<>': order => order !== 0,
  '!=': order => order !== 0,
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0
};

/** @throws AwsError `InvalidInputException` where it cannot be read */
export function readExpression(text: string, keys: readonly Column[]): Test {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text);
    if (!found) {
      throw unreadable(text);
    }
    tokens.push(found[1]);
  }
  const numeric = new Set(
    keys.filter(({ Type }) => /int|long|double|float|decimal/.test(Type ?? '')).map(({ Name }) => Name!)
  );
  let at = 0;
  const word = (wanted: string) => tokens[at]?.toLowerCase() === wanted && (at++, true);
  const expect = (wanted: string) => {
    if (!word(wanted)) {
      throw unreadable(text);
    }
  };
  const value = () => {
    const token = tokens[at++];
    if (token === undefined || /^[(),=<>!]/.test(token)) {
      throw unreadable(text);
    }
    return /^['"]/.test(token) ? token.slice(1, -1).replaceAll("''", "'") : token;
  };
  const list = () => {
    const values: string[] = [];
    expect('(');
    do {
      values.push(value());
    } while (word(','));
    expect(')');
    return values;
  };
  const condition = (): Test => {
    if (word('not')) {
      const inner = condition();
      return values => !inner(values);
    }
    if (word('(')) {
      const inner = either();
      expect(')');
      return inner;
    }
    const key = (tokens[at++] ?? '').toLowerCase();
    if (!keys.some(({ Name }) => Name === key)) {
      throw invalid(`Unsupported expression '${text}': '${key}' is no partition key.`);
    }
    const order = (values: Values, other: string) =>
      numeric.has(key) ? Number(values[key]) - Number(other) : values[key] < other ? -1 : values[key] > other ? 1 : 0;
    const negated = word('not');
    const sense = (test: Test): Test => (negated ? values => !test(values) : test);
    if (word('in')) {
      const wanted = list();
      return sense(values => wanted.some(one => order(values, one) === 0));
    }
    if (word('between')) {
      const low = value();
      expect('and');
      const high = value();
      return sense(values => order(values, low) >= 0 && order(values, high) <= 0);
    }
    if (word('like')) {
      const pattern = value()
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replaceAll('%', '.*')
        .replaceAll('_', '.');
      const regular = new RegExp(`^${pattern}$`, 's');
      return sense(values => regular.test(values[key]));
    }
    const compare = COMPARE[tokens[at++] ?? ''];
    if (!compare) {
      throw unreadable(text);
    }
    const other = value();
    return values => compare(order(values, other));
  };
  const both = (): Test => {
    const all = [condition()];
    while (word('and')) {
      all.push(condition());
    }
    return values => all.every(test => test(values));
  };
  const either = (): Test => {
    const some = [both()];
    while (word('or')) {
      some.push(both());
    }
    return values => some.some(test => test(values));
  };
  const whole = either();
  if (at < tokens.length) {
    throw unreadable(text);
  }
  return whole;
}

function unreadable(text: string): Error {
  return invalid(`Unsupported expression '${text}'.`);
}
