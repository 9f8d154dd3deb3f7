import { nullTranslator } from '@jupyterlab/translation';

import { clusterStateLabel, formatDuration, formatSpan, shortName } from '../format';

it.each([
  [-5000, '0 s'],
  [999, '0 s'],
  [8000, '8 s'],
  [60_000, '1 min'],
  [192_000, '3 min 12 s'],
  [3_600_000, '1 h'],
  [3_605_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [86_400_000 * 3 + 3_600_000 * 4 + 60_000, '3 d 4 h']
])('%d ms is %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

it('spans two moments, and says nothing of what is not known', () => {
  expect(formatSpan('2026-01-01T00:00:00Z', '2026-01-01T00:01:30Z')).toBe('1 min 30 s');
  expect(formatSpan('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:05Z'))).toBe('5 s');
  expect(formatSpan(undefined, '2026-01-01T00:00:00Z')).toBeUndefined();
  expect(formatSpan('nonsense', 5)).toBeUndefined();
  expect(formatSpan('2026-01-01T00:00:00Z', undefined)).toBeUndefined();
});

it('has words for a cluster that waits for work', () => {
  const trans = nullTranslator.load('test');
  expect(clusterStateLabel('WAITING', trans)).toBe('Ready');
});

it('leaves out the middle of a long name, so that both its ends are seen', () => {
  expect(shortName('prices.ipynb')).toBe('prices.ipynb');
  expect(shortName('quarterly_rebalancing_of_small_caps.ipynb')).toBe('quarterly_reba…ll_caps.ipynb');
  expect(shortName('quarterly_rebalancing_of_small_caps.ipynb')).toHaveLength(28);
});
