/** When a schedule is due: `at(…)`, `rate(…)` and AWS's `cron(…)` of six fields, in a time zone. */
import { CronExpressionParser } from 'cron-parser';

import { AwsError } from '../errors';

/** The next time after a moment, undefined where there is none any more. */
export interface IExpression {
  next(after: Date): Date | undefined;
}

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * @param zone - IANA name
 * @param start - rates are counted from here
 * @throws AwsError `ValidationException` naming what is wrong
 */
export function parseExpression(text: string, zone: string, start: Date): IExpression {
  const [, kind, inner] = /^(at|rate|cron)\((.*)\)$/.exec(text) ?? [];
  switch (kind) {
    case 'at':
      return at(inner, zone, text);
    case 'rate':
      return rate(inner, start, text);
    case 'cron':
      return cron(inner, zone, text);
    default:
      throw wrong(text, 'it has to be at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)');
  }
}

/** @throws AwsError `ValidationException` for a time zone that nobody knows */
export function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new AwsError('ValidationException', `Provided ScheduleExpressionTimezone is not valid: ${zone}.`);
  }
}

function at(inner: string, zone: string, text: string): IExpression {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner) || Number.isNaN(Date.parse(`${inner}Z`))) {
    throw wrong(text, 'the time has to be yyyy-mm-ddThh:mm:ss');
  }
  const local = Date.parse(`${inner}Z`);
  // The offset at the moment itself may be another than at the moment with that UTC time.
  const guess = local - offset(local, zone);
  const moment = new Date(local - offset(guess, zone));
  return { next: after => (moment > after ? moment : undefined) };
}

function rate(inner: string, start: Date, text: string): IExpression {
  const [, value, unit] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(inner) ?? [];
  if (value === undefined) {
    throw wrong(text, 'a rate is a whole number from 1 and one of minutes, hours, days');
  }
  const step = Number(value) * UNITS[unit];
  return {
    next: after => {
      const steps = Math.max(0, Math.floor((after.getTime() - start.getTime()) / step) + 1);
      return new Date(start.getTime() + steps * step);
    }
  };
}

function cron(inner: string, zone: string, text: string): IExpression {
  const fields = inner.trim().split(/\s+/);
  if (fields.length !== 6) {
    throw wrong(
      text,
      `cron has six fields (minutes hours day-of-month month day-of-week year), here are ${fields.length}`
    );
  }
  const [minutes, hours, day, month, weekday, year] = fields;
  if ((day === '?') === (weekday === '?')) {
    throw wrong(text, 'one of day-of-month and day-of-week has to be ?, and only one');
  }
  if (/W/i.test(day)) {
    throw wrong(text, 'the local account does not have W (the nearest weekday)');
  }
  const isYear = years(year, text);
  const standard = ['0', minutes, hours, any(day), month, weekdays(any(weekday), text)].join(' ');
  const parse = (currentDate: Date) => CronExpressionParser.parse(standard, { currentDate, tz: zone });
  try {
    parse(new Date());
  } catch (error) {
    throw wrong(text, (error as Error).message);
  }
  return {
    next: after => {
      let from = after;
      for (let count = 0; count < 200; count++) {
        let found: Date;
        try {
          found = parse(from).next().toDate();
        } catch {
          return undefined; // no such day in any year
        }
        const found4 = yearIn(found, zone);
        if (isYear(found4)) {
          return found;
        }
        if (found4 > 2199) {
          return undefined;
        }
        from = new Date(Date.UTC(found4 + 1, 0, 1) - 86_400_000 * 2);
        from = from > found ? from : found;
      }
      return undefined;
    }
  };
}

const any = (field: string) => (field === '?' ? '*' : field);

/** AWS counts the days of a week from 1 (Sunday), all else from 0. */
function weekdays(field: string, text: string): string {
  if (field === 'L') {
    return '6';
  }
  return field
    .toUpperCase()
    .split(',')
    .map(part => {
      const [range, step] = part.split('/');
      const shifted = range.replace(/[A-Z]{3}|\d+(?=(L|#\d+|-|$))/g, value => {
        const index = DAYS.indexOf(value);
        if (index >= 0) {
          return String(index);
        }
        const number = Number(value);
        if (!(number >= 1 && number <= 7)) {
          throw wrong(text, `day-of-week is 1 to 7 or SUN to SAT, not ${value}`);
        }
        return String(number - 1);
      });
      // "#n" counts weeks, not days.
      const counted = range.includes('#') ? shifted.replace(/#.*$/, range.slice(range.indexOf('#'))) : shifted;
      return step === undefined ? counted : `${counted}/${step}`;
    })
    .join(',');
}

function years(field: string, text: string): (year: number) => boolean {
  const parts = field.split(',').map(part => {
    const [, from, to, step] = /^(\*|\d{4})(?:-(\d{4}))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (from === undefined) {
      throw wrong(text, `year is 1970 to 2199, *, a list, a range or a step, not ${field}`);
    }
    const first = from === '*' ? 1970 : Number(from);
    const last = to !== undefined ? Number(to) : from === '*' || step !== undefined ? 2199 : first;
    return { first, last, step: step === undefined ? 1 : Number(step) };
  });
  return year => parts.some(({ first, last, step }) => year >= first && year <= last && (year - first) % step === 0);
}

function yearIn(moment: Date, zone: string): number {
  return Number(new Intl.DateTimeFormat('en-u-ca-gregory', { timeZone: zone, year: 'numeric' }).format(moment));
}

/** Milliseconds that a zone's clocks are ahead of UTC. */
function offset(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric'
  }).formatToParts(moment);
  const value = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find(part => part.type === type)?.value);
  const local = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second')
  );
  return local - Math.floor(moment / 1000) * 1000;
}

function wrong(text: string, why: string): AwsError {
  return new AwsError('ValidationException', `Invalid Schedule Expression ${text}: ${why}.`);
}
