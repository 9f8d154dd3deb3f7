import type { TranslationBundle } from '@jupyterlab/translation';

import type { SnippetLanguage } from '../../model/snippets';
import { formatDuration } from '../../format';

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `3 min ago`: how old something is, by its ISO 8601 time; the text itself where it is no time. */
export function agoText(iso: string, now: number, trans: TranslationBundle): string {
  const then = Date.parse(iso);
  return Number.isNaN(then) ? iso : trans.__('%1 ago', formatDuration(now - then));
}

/** `1.2 GB`, in steps of a thousand as S3 counts. */
export function sizeText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${new Intl.NumberFormat(undefined, { maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 }).format(value)} ${BYTES[step]}`;
}

/** A whole number as the user's language writes it. */
export function countText(count: number): string {
  return new Intl.NumberFormat().format(count);
}

/** As a user calls a language. */
export const LANGUAGE_LABEL: Record<SnippetLanguage, string> = {
  pyspark: 'PySpark',
  sql: 'SQL',
  scala: 'Scala',
  r: 'R'
};
