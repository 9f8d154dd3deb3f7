/** Schedule expressions of EventBridge Scheduler. */

const FIELDS = [
  { name: 'minutes', pattern: /^(\*|[\d,\-/*]+)$/, max: 59 },
  { name: 'hours', pattern: /^(\*|[\d,\-/*]+)$/, max: 23 },
  { name: 'day of the month', pattern: /^(\*|\?|L|LW|\d+W|[\d,\-/*]+)$/, max: 31 },
  { name: 'month', pattern: /^(\*|[\dA-Z,\-/*]+)$/i, max: 12 },
  { name: 'day of the week', pattern: /^(\*|\?|[\dA-Z]+L|[\dA-Z]+#[1-5]|L|[\dA-Z,\-/*]+)$/i, max: 7 },
  { name: 'year', pattern: /^(\*|[\d,\-/*]+)$/, max: 2199 }
];

/** Why Scheduler would not take the expression, in a sentence; undefined where it would. */
export function scheduleProblem(expression: string): string | undefined {
  const match = /^(cron|rate|at)\((.*)\)$/.exec(expression.trim());
  if (!match) {
    return 'It is cron(MINUTES HOURS DAY MONTH WEEKDAY YEAR), rate(NUMBER UNIT) or at(YYYY-MM-DDThh:mm:ss), e.g. cron(0 6 * * ? *).';
  }
  const [, kind, inner = ''] = match;
  if (kind === 'rate') {
    return /^[1-9]\d* (minutes?|hours?|days?)$/.test(inner)
      ? undefined
      : 'rate(…) takes a number above 0 and minutes, hours or days, e.g. rate(1 day).';
  }
  if (kind === 'at') {
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner) && !Number.isNaN(Date.parse(`${inner}Z`))
      ? undefined
      : 'at(…) takes a time as YYYY-MM-DDThh:mm:ss.';
  }
  return cronProblem(inner);
}

function cronProblem(inner: string): string | undefined {
  const parts = inner.split(/\s+/).filter(Boolean);
  if (parts.length !== FIELDS.length) {
    return `cron(…) has six fields (minutes hours day-of-month month day-of-week year), here are ${parts.length}, e.g. cron(0 6 * * ? *).`;
  }
  for (const [index, { name, pattern, max }] of FIELDS.entries()) {
    const part = parts[index] ?? '';
    const tooLarge = part.match(/\d+/g)?.some(number => Number(number) > max);
    if (!pattern.test(part) || tooLarge) {
      return `"${part}" cannot stand for the ${name} of cron(…).`;
    }
  }
  return (parts[2] === '?') === (parts[4] === '?')
    ? 'One of day of the month and day of the week of cron(…), and not both, has to be "?".'
    : undefined;
}

/** Whether this is a name of the time zone database. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
