/** Identifiers of AWS's looks. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';

const LOWER = 'abcdefghijklmnopqrstuvwxyz234567';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function pick(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Stands in every secret that this account makes, so that a test finds a leaked one wherever it lands. */
const SECRET_MARK = 'emrlocalsecret';

/** `prod-…`, `pa-…`, `pp-…`, `rec-…`: a prefix and 13 lower-case characters. */
export const catalogId = (prefix: string) => `${prefix}-${pick(LOWER, 13)}`;
/** `j-…`, `ig-…`, `if-…`, `ci-…`: a prefix and 13 upper-case characters. */
export const emrId = (prefix: string) => `${prefix}-${pick(UPPER, 13)}`;
/** `00f…`: applications, job runs and sessions of EMR Serverless, 16 digits and lower-case characters. */
export const serverlessId = () => `00f${pick('0123456789abcdefghijklmnopqrstuv', 13)}`;
/** `i-…`, `vol-…`: 17 hex digits. */
export const ec2Id = (prefix: string) => `${prefix}-0${randomBytes(8).toString('hex')}`;
/** `AKIA…` or `ASIA…`. */
export const accessKeyId = (prefix: 'AKIA' | 'ASIA') => prefix + pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16);
export const secret = (bytes = 30) => `${SECRET_MARK}${randomBytes(bytes).toString('base64url')}`;
export const uuid = () => randomUUID();
