/** A catalogue of the size of a whole firm's, for the tests and measurements of whoever shows it: 10,000 tables by 50 columns. */
import type { Column } from '@aws-sdk/client-glue';

import { ACCOUNT_ID } from '../../identity';
import type { Lake } from '../store';
import { formatOf } from './formats';

const COLUMNS = 50;
const WIDEST = 5000;
const PER_DATABASE = 500;
const MADE = new Date('2026-09-01T06:00:00Z');
/** Glue's and Lake Formation's own largest page: as many calls as there. */
const PAGE = 100;
const WORDS = [
  'trade',
  'quote',
  'order',
  'fill',
  'price',
  'index',
  'curve',
  'margin',
  'risk',
  'client',
  'fund',
  'rate'
];
const KINDS = ['daily', 'raw', 'clean', 'agg', 'snapshot', 'history'];
const TYPES = ['string', 'double', 'bigint', 'date', 'timestamp'];
const SENSITIVITY = ['public', 'internal', 'restricted', 'secret'];

/** @param tables - how many; one of them has 5,000 columns. No files are behind them */
export function addBig(lake: Lake, tables: number): void {
  const catalog = lake.catalog(ACCOUNT_ID);
  lake.pageSize = PAGE;
  const shared = columns(COLUMNS);
  for (let number = 0; number < tables; number++) {
    const place = Math.floor(number / PER_DATABASE);
    const name = `big_${String(place).padStart(3, '0')}`;
    let database = catalog.database(name);
    if (!database) {
      database = catalog.addDatabase({ Name: name, Description: `Generated database ${place}` }, MADE);
      database.tags.set('domain', ['research', 'alternative'][place % 2]);
      database.tags.set('sensitivity', 'internal');
    }
    const kind = KINDS[Math.floor(number / WORDS.length) % KINDS.length];
    const word = WORDS[number % WORDS.length];
    const location = `s3://lake-big/${name}/${number}/`;
    const { storage, parameters } = formatOf('parquet', location);
    const table = catalog.addTable(
      database,
      {
        Name: `${word}_${kind}_${String(number).padStart(5, '0')}`,
        Description: `Generated ${kind} table of ${word}s, number ${number}`,
        Owner: 'generator',
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: [{ Name: 'date', Type: 'date' }],
        StorageDescriptor: { ...storage, Location: location, Columns: number === 1 ? columns(WIDEST) : shared },
        Parameters: parameters
      },
      `arn:aws:iam::${ACCOUNT_ID}:role/generator`,
      new Date(+MADE + number * 60_000)
    );
    if (number % 3 === 0) {
      table.tags.set('sensitivity', SENSITIVITY[Math.floor(number / 3) % SENSITIVITY.length]);
    }
    if (number % 5 === 0) {
      table.columnTags.set('field_007', new Map([['sensitivity', 'secret']]));
    }
  }
}

function columns(count: number): Column[] {
  return Array.from({ length: count }, (_, index) => ({
    Name: `field_${String(index).padStart(3, '0')}`,
    Type: TYPES[index % TYPES.length],
    Comment: `${WORDS[index % WORDS.length]} ${index}`
  }));
}
