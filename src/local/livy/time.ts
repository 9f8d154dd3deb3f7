import { LivyError } from './errors';

const UNITS: Record<string, number> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000
};

/**
 * Livy's time strings ("90s", "10m", "600000" in milliseconds) in milliseconds.
 * @throws LivyError 400 in Livy's words.
 */
export function parseTime(text: string): number {
  const match = /^(-?[0-9]+)([a-z]+)?$/.exec(text.trim().toLowerCase());
  if (!match) throw rejected(`Invalid time string: ${text}`);
  const [, digits, suffix] = match;
  if (suffix !== undefined && !(suffix in UNITS)) throw rejected(`Invalid suffix: "${suffix}"`);
  const value = Number(digits);
  if (value < 0) throw rejected(`Invalid value: ${value}`);
  return Math.floor(value * UNITS[suffix ?? 'ms']);
}

/** Why a session was not made. */
export function rejected(reason: string): LivyError {
  return new LivyError(400, { msg: `Rejected, Reason: ${reason}` });
}
