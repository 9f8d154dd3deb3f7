import { wholeValuePattern } from '../pattern';

function matches(java: string, value: string): boolean | undefined {
  const source = wholeValuePattern(java);
  return source === undefined ? undefined : new RegExp(source, 'u').test(value);
}

describe('wholeValuePattern', () => {
  it.each([
    ['[a-z]+', 'abc', true],
    ['[a-z]+', 'abc1', false],
    ['a|b', 'ab', false],
    ['^[a-z]+$', 'abc', true],
    ['s3://[a-z0-9.-]+/.*', 's3://bucket/x', true],
    // Java lets one escape anything.
    ['[\\w\\-\\_]+\\@x\\:y\\-z', 'a-_@x:y-z', true],
    ['\\p{Alpha}+', 'abc', true],
    ['\\p{Alpha}+', 'äbc', false],
    ['[\\p{Upper}\\d]+', 'A1', true],
    ['\\P{Digit}+', 'abc', true],
    ['\\P{Digit}+', 'a1', false],
    ['\\p{L}+', 'äbc', true],
    ['\\Aabc\\z', 'abc', true],
    ['\\Qa.b\\E+', 'a.bb', true],
    ['\\Qa.b\\E+', 'axb', false],
    ['[]a]+', ']a', true],
    ['x{2,3}', 'xx', true],
    ['\\{x}', '{x}', true],
    ['(?<year>\\d{4})-\\d{2}', '2026-11', true]
  ])('%s on %s: %s', (java, value, expected) => {
    expect(matches(java, value)).toBe(expected);
  });

  it.each(['a++', '(?i)abc', '(?>a)b', '[a-z&&[^b]]', '[a-d[m-p]]', '\\h+', '\\R', '(', '[a', 'a\\', '*'])(
    'leaves %s to the server',
    java => {
      expect(wholeValuePattern(java)).toBeUndefined();
    }
  );
});
