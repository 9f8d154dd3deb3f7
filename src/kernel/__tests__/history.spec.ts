import { History } from '../history';

function filled(): History {
  const history = new History();
  ['1+1', 'x = 2', '1+1', 'y = [x]', '3 * 3'].forEach((code, i) => history.add(i + 1, code));
  history.setOutput(3, '2');
  return history;
}

const lines = (history: History, request: object) =>
  (history.query(request as Record<string, never>) as [number, number, unknown][]).map(([, line]) => line);

describe('History', () => {
  test('tail', () => {
    expect(filled().query({ hist_access_type: 'tail', n: 2, output: false })).toEqual([
      [1, 4, 'y = [x]'],
      [1, 5, '3 * 3']
    ]);
    expect(lines(filled(), { hist_access_type: 'tail', n: 0 })).toEqual([]);
    expect(lines(filled(), { hist_access_type: 'tail', n: 99 })).toEqual([1, 2, 3, 4, 5]);
  });

  test('with output', () => {
    expect(filled().query({ hist_access_type: 'range', start: 2, stop: 4, output: true })).toEqual([
      [1, 2, ['x = 2', null]],
      [1, 3, ['1+1', '2']]
    ]);
  });

  test('range', () => {
    const range = (rest: object) => lines(filled(), { hist_access_type: 'range', ...rest });
    expect(range({ session: 0, start: 2, stop: 4 })).toEqual([2, 3]);
    expect(range({ session: 1, start: 4, stop: null })).toEqual([4, 5]);
    expect(range({ start: -2 })).toEqual([4, 5]);
    expect(range({ session: -1 })).toEqual([]);
  });

  test('search', () => {
    const search = (pattern: string, rest: object = {}) =>
      lines(filled(), { hist_access_type: 'search', pattern, ...rest });
    expect(search('1?1')).toEqual([1, 3]);
    expect(search('1?1', { unique: true })).toEqual([3]);
    expect(search('*', { n: 2 })).toEqual([4, 5]);
    expect(search('1')).toEqual([]); // the pattern is for the whole cell
    expect(search('[xy] = *')).toEqual([2, 4]);
    expect(search('[!x] = *')).toEqual([4]);
    expect(search('y = [[]x]')).toEqual([4]);
    expect(search('3 * 3')).toEqual([5]);
    expect(search('*(')).toEqual([]);
    expect(search('[z-a]')).toEqual([]);
  });

  test('a search goes over lines', () => {
    const history = new History();
    history.add(1, 'for i in x:\n    print(i)');
    expect(lines(history, { hist_access_type: 'search', pattern: 'for*print*' })).toEqual([1]);
  });

  test('does not grow for ever', () => {
    const history = new History();
    for (let i = 1; i <= 30_000; i++) history.add(i, 'x');
    const kept = lines(history, { hist_access_type: 'tail', n: 30_000 });
    expect(kept.length).toBeLessThanOrEqual(10_000);
    expect(kept.at(-1)).toBe(30_000);
  });
});
