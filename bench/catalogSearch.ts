/** How long a key press takes in a catalogue of 10,000 tables of 50 columns: `npx esbuild --bundle --platform=node bench/catalogSearch.ts | node`. */
import { SearchIndex } from '../src/catalog/search';
import type { IIndexedTable } from '../src/catalog/types';

const WORDS =
  'trade quote option price volume symbol venue country visit score news rate curve bond yield strike expiry delta account client day month open close high low bid ask size count'.split(
    ' '
  );
let seed = 1;
const word = (): string => WORDS[(seed = (seed * 48271) % 2147483647) % WORDS.length] ?? '';

const tables: IIndexedTable[] = Array.from({ length: 10_000 }, (_item, index) => ({
  catalogId: String(index % 3),
  database: `db_${index % 40}`,
  table: `${word()}_${word()}_${index}`,
  summary: `The ${word()} of every ${word()}.`,
  updatedAt: new Date(1.7e12 + index * 1e7).toISOString(),
  columns: Array.from({ length: 50 }, (_column, at): [string, string, string] => [
    `${word()}_${word()}_${at}`,
    'string',
    `A ${word()}`
  ]),
  partitionKeys: 0,
  tags: { database: { domain: `d${index % 7}` }, table: { level: `l${index % 4}` }, columns: {} }
}));

async function main(): Promise<void> {
  const began = performance.now();
  const index = await SearchIndex.of(tables);
  console.log(`index of ${tables.length} tables: ${Math.round(performance.now() - began)} ms`);
  for (const text of ['o', 'op', 'opt', 'option', 'option ', 'option s', 'option str', 'option strike exp', 'zzz']) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    const { total } = index.search({ text, chosen: { 'tag:domain': ['d1', 'd2'] } });
    console.log(
      `${JSON.stringify(text).padEnd(20)} ${String(total).padStart(6)} found, ${(performance.now() - start).toFixed(0)} ms, ${Math.round(process.cpuUsage(cpu).user / 1000)} ms of CPU`
    );
  }
}

void main();
