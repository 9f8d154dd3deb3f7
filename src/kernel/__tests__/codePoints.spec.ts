import { toCodePoints, toUtf16 } from '../codePoints';

describe('code points and UTF-16', () => {
  const text = 'a😀b𝒙'; // 4 code points, 6 units

  test.each([
    [0, 0],
    [1, 1],
    [2, 3],
    [3, 4],
    [4, 6]
  ])('%i code points are %i units, and back', (points, units) => {
    expect(toUtf16(text, points)).toBe(units);
    expect(toCodePoints(text, units)).toBe(points);
  });

  test('positions outside are moved to the ends', () => {
    expect(toUtf16(text, 99)).toBe(6);
    expect(toUtf16(text, -1)).toBe(0);
    expect(toCodePoints(text, 99)).toBe(4);
    expect(toCodePoints(text, -5)).toBe(0);
  });

  test('the middle of a pair counts the pair', () => {
    expect(toCodePoints(text, 2)).toBe(2);
  });

  test('a lone surrogate is one code point, as in Python', () => {
    expect(toUtf16('\ud83da', 2)).toBe(2);
    expect(toCodePoints('\ud83da', 2)).toBe(2);
  });
});
