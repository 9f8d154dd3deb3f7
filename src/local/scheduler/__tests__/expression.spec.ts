import { checkZone, parseExpression } from '../expression';

const after = (expression: string, moment: string, zone = 'UTC', count = 1): string[] => {
  const parsed = parseExpression(expression, zone, new Date(moment));
  const found: string[] = [];
  let from = new Date(moment);
  for (let index = 0; index < count; index++) {
    const next = parsed.next(from);
    if (!next) {
      break;
    }
    found.push(next.toISOString().replace('.000Z', 'Z'));
    from = next;
  }
  return found;
};

describe('cron of AWS', () => {
  it.each([
    // Friday 20 November 2026
    ['cron(30 6 * * ? *)', ['2026-11-21T06:30:00Z', '2026-11-22T06:30:00Z']],
    ['cron(30 6 ? * MON-FRI *)', ['2026-11-23T06:30:00Z', '2026-11-24T06:30:00Z']],
    ['cron(30 6 ? * 2-6 *)', ['2026-11-23T06:30:00Z', '2026-11-24T06:30:00Z']],
    ['cron(0 0 ? * 1 *)', ['2026-11-22T00:00:00Z', '2026-11-29T00:00:00Z']],
    ['cron(0 0 ? * L *)', ['2026-11-21T00:00:00Z', '2026-11-28T00:00:00Z']],
    ['cron(0 0 ? * 6L *)', ['2026-11-27T00:00:00Z', '2026-12-25T00:00:00Z']],
    ['cron(0 0 ? * 2#1 *)', ['2026-12-07T00:00:00Z', '2027-01-04T00:00:00Z']],
    ['cron(0 0 L * ? *)', ['2026-11-30T00:00:00Z', '2026-12-31T00:00:00Z']],
    ['cron(0/20 8 * * ? *)', ['2026-11-21T08:00:00Z', '2026-11-21T08:20:00Z']],
    ['cron(0 12 1 JAN ? 2028-2029)', ['2028-01-01T12:00:00Z', '2029-01-01T12:00:00Z']],
    ['cron(0 12 1 1 ? 2030/5)', ['2030-01-01T12:00:00Z', '2035-01-01T12:00:00Z']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']]
  ])('%s', (expression, expected) => {
    expect(after(expression, '2026-11-20T12:00:00Z', 'UTC', 2)).toEqual(expected);
  });

  it('ends with its last year', () => {
    expect(after('cron(0 12 1 1 ? 2027)', '2026-11-20T12:00:00Z', 'UTC', 3)).toEqual(['2027-01-01T12:00:00Z']);
    expect(after('cron(0 12 1 1 ? 2020)', '2026-11-20T12:00:00Z')).toEqual([]);
  });

  it('follows the clocks of its zone through the change of time', () => {
    expect(after('cron(0 6 * * ? *)', '2026-10-24T12:00:00Z', 'Europe/London', 2)).toEqual([
      '2026-10-25T06:00:00Z',
      '2026-10-26T06:00:00Z'
    ]);
    expect(after('cron(0 6 * * ? *)', '2026-03-28T12:00:00Z', 'Europe/London', 1)).toEqual(['2026-03-29T05:00:00Z']);
  });
});

describe('rate and at', () => {
  it('counts a rate from the start, not from the last look', () => {
    expect(after('rate(15 minutes)', '2026-11-20T12:00:00Z', 'UTC', 2)).toEqual([
      '2026-11-20T12:15:00Z',
      '2026-11-20T12:30:00Z'
    ]);
    const parsed = parseExpression('rate(1 day)', 'UTC', new Date('2026-11-20T12:00:00Z'));
    expect(parsed.next(new Date('2026-11-25T13:00:00Z'))?.toISOString()).toBe('2026-11-26T12:00:00.000Z');
  });

  it('takes the time of its zone, once', () => {
    expect(after('at(2026-11-21T06:00:00)', '2026-11-20T12:00:00Z', 'America/New_York', 2)).toEqual([
      '2026-11-21T11:00:00Z'
    ]);
    expect(after('at(2026-07-21T06:00:00)', '2026-07-20T12:00:00Z', 'America/New_York')).toEqual([
      '2026-07-21T10:00:00Z'
    ]);
    expect(after('at(2026-11-19T06:00:00)', '2026-11-20T12:00:00Z')).toEqual([]);
  });
});

it.each([
  ['cron(0 6 * * *)', /six fields/],
  ['cron(0 6 * * * *)', /one of day-of-month and day-of-week has to be \?/],
  ['cron(0 6 ? * ? *)', /one of day-of-month and day-of-week has to be \?/],
  ['cron(0 6 15W * ? *)', /does not have W/],
  ['cron(0 6 ? * 0 *)', /1 to 7/],
  ['cron(61 6 * * ? *)', /./],
  ['cron(0 6 * * ? 26)', /year/],
  ['rate(1 fortnight)', /minutes, hours, days/],
  ['at(tomorrow)', /yyyy-mm-dd/],
  ['daily', /at\(/]
])('%s is refused', (expression, why) => {
  expect(() => parseExpression(expression, 'UTC', new Date())).toThrow(why);
});

it('knows a time zone from a word', () => {
  expect(() => checkZone('Asia/Tokyo')).not.toThrow();
  expect(() => checkZone('Asia/Nowhere')).toThrow(/ScheduleExpressionTimezone/);
});
