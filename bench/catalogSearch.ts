/**
 * How long a key press takes in a catalogue of 10,000 tables of 50 columns, how long its index takes, and for how long
 * that keeps the process from answering. Time of the processor counts, so that a busy machine says the same:
 * `npx esbuild --bundle --platform=node bench/catalogSearch.ts --outfile=/tmp/catalogSearch.cjs && node /tmp/catalogSearch.cjs`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { SearchIndex } from '../src/catalog/search';
import type { IIndexedTable } from '../src/catalog/types';

const TABLES = 10_000;
const COLUMNS = 50;
const REPEATS = 9;
const COMMON =
  'trade quote option price volume symbol venue country visit score news rate curve bond yield strike expiry delta account client day month open close high low bid ask size count'.split(
    ' '
  );
const SYLLABLES = 'ba co di fen gar hul in jo ka lem mor nit os pra qui ras sto tul ven wex yor zan'.split(' ');

let seed = 1;
const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
/** Few words, each in nearly every table: the unkind case. */
const few = (): string => COMMON[random(COMMON.length)] ?? '';
/** Some 5,000 words of which few are frequent, as in a firm's (Zipf): words of the trade first. */
const many = (): string => {
  const rank = Math.floor(5000 ** (random(10_000) / 10_000));
  const syllable = (number: number): string => SYLLABLES[number % SYLLABLES.length] ?? '';
  return COMMON[rank - 1] ?? `${syllable(rank)}${syllable(rank >> 2)}${syllable(rank >> 5)}`;
};

function made(word: () => string): IIndexedTable[] {
  return Array.from({ length: TABLES }, (_item, index) => ({
    catalogId: String(index % 3),
    database: `db_${index % 40}`,
    table: `${word()}_${word()}_${index}`,
    summary: `The ${word()} of every ${word()}, by ${word()} and ${word()}.`,
    format: ['Parquet', 'Iceberg', 'CSV'][index % 3],
    updatedAt: new Date(1.7e12 + index * 1e7).toISOString(),
    columns: Array.from({ length: COLUMNS }, (_column, at): [string, string, string] => [
      `${word()}_${word()}_${at}`,
      'string',
      `A ${word()} of the ${word()}`
    ]),
    partitionKeys: 0,
    tags: { database: { domain: `d${index % 7}` }, table: { level: `l${index % 4}` }, columns: {} }
  }));
}

const TYPED = ['', 'o', 'op', 'opt', 'option', 'option s', 'option str', 'option strike exp', 'stirke', 'zzz'];

async function measure(title: string, tables: IIndexedTable[]): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = process.cpuUsage();
  const index = await SearchIndex.of(tables);
  const built = process.cpuUsage(began);
  delay.disable();
  console.log(
    `\n${title}: index of ${tables.length} tables by ${COLUMNS} columns, ${Math.round((built.user + built.system) / 1000)} ms of CPU; ` +
      `longest block ${Math.round(delay.max / 1e6)} ms, 99 % under ${Math.round(delay.percentile(99) / 1e6)} ms`
  );
  for (const text of TYPED) {
    const times: number[] = [];
    let total = 0;
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      // The index keeps the last answer: another search in between.
      index.search({ text: 'qqqq' });
      const cpu = process.cpuUsage();
      ({ total } = index.search({ text, chosen: { 'tag:domain': ['d1', 'd2'] } }));
      const used = process.cpuUsage(cpu);
      times.push((used.user + used.system) / 1000);
    }
    const [first] = times;
    times.sort((a, b) => a - b);
    console.log(
      `${JSON.stringify(text).padEnd(20)} ${String(total).padStart(6)} found, CPU ms: first ${first.toFixed(1)}, ` +
        `median ${times[REPEATS >> 1].toFixed(1)}, slowest ${times[REPEATS - 1].toFixed(1)}`
    );
  }
}

async function main(): Promise<void> {
  await measure('30 words', made(few));
  await measure('5,000 words', made(many));
}

void main();
