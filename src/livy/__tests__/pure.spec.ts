import { bodyText, fieldProblem, knownFields, pollInterval, versionNumber } from '..';
import { parseJson } from '../json';

describe('pollInterval', () => {
  /** What the polling adds, at worst and in number, to a statement of so many milliseconds. */
  const cost = (workMs: number): { polls: number; added: number } => {
    let at = 0;
    let polls = 0;
    while (at < workMs) {
      at += pollInterval(at);
      polls++;
    }
    return { polls, added: at - workMs };
  };

  it('adds less than 12 ms to short work, less than 125 ms to some seconds, and 2 % to more', () => {
    for (let work = 0; work <= 300; work++) {
      expect(cost(work).added).toBeLessThan(12);
    }
    for (let work = 300; work < 20_000; work += 7) {
      expect(cost(work).added).toBeLessThan(Math.max(125, work * 0.021));
    }
    expect(cost(3_600_500).added).toBeLessThan(1001);
  });

  it('adds little while somebody watches: at most 12 ms in the first 4 s, 24 ms in the first 8 s', () => {
    for (let work = 1; work < 8000; work += 7) {
      expect(cost(work).added).toBeLessThanOrEqual(work < 4000 ? 12 : 24);
    }
  });

  it('leaves a Livy alone that is under strain', () => {
    expect(pollInterval(100, 30)).toBe(120);
    expect(pollInterval(60_000, 5)).toBe(1000);
    expect(pollInterval(60_000, 60_000)).toBe(5000);
  });

  it('asks little more than once a second of a long statement', () => {
    expect(cost(3_600_000).polls / 3600).toBeLessThan(1.25);
  });
});

describe('the session request', () => {
  it.each([
    ['0.7.1-incubating', ['ttl', 'idleTimeout']],
    ['0.8.0-incubating', ['idleTimeout']],
    ['0.9.0-incubating', []],
    [undefined, ['ttl', 'idleTimeout']]
  ])('for Livy %s leaves out %j', (version, dropped) => {
    const answer = knownFields({ ttl: '1h', idleTimeout: '1h', queue: 'q' }, versionNumber(version));
    expect(answer.dropped).toEqual(dropped);
    expect(answer.request).toHaveProperty('queue', 'q');
  });

  it.each([
    ['executorMemory', '4g', true],
    ['executorMemory', 4, false],
    ['numExecutors', 2, true],
    ['numExecutors', '2', false],
    ['jars', ['s3://a.jar'], true],
    ['jars', 's3://a.jar', false],
    ['conf', { a: 1 }, true],
    ['conf', [], false],
    ['ttl', '4h', true],
    ['ttl', 'long', false],
    ['executorMemroy', '4g', false]
  ])('%s: %j → %s', (name, value, fine) => {
    expect(fieldProblem(name, value) === undefined).toBe(fine);
  });
});

describe('parseJson', () => {
  it('keeps every digit of a long', () => {
    expect(parseJson('{"data":[[9007199254740993, 12, -1.5, 1e3]]}')).toEqual({
      data: [['9007199254740993', 12, -1.5, 1000]]
    });
  });

  it('reads the NaN that Python writes, and leaves the word alone in a text', () => {
    expect(parseJson('{"a": NaN, "b": [-Infinity, "NaN \\" NaN"], "c": 1}')).toEqual({
      a: null,
      b: [null, 'NaN " NaN'],
      c: 1
    });
  });

  it('does not take other text for JSON', () => {
    expect(() => parseJson('<html>1234567890123456</html>')).toThrow();
  });
});

describe('bodyText', () => {
  it('is what Livy said, without markup', () => {
    expect(bodyText({ msg: 'Session 3 not found.' })).toBe('Session 3 not found.');
    expect(bodyText('<html><style>b{}</style><h2>HTTP ERROR 500</h2></html>')).toBe('HTTP ERROR 500');
  });
});
