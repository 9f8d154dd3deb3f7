/** Names in code: quoted where they have to be, whatever somebody called a table. */
import type { ITableRef } from '../protocol';
import type { IIndexData } from './types';

/** Spark's reserved words, as its ANSI mode has them. */
const RESERVED = new Set(
  (
    'all and anti any array as asc at authorization between both by case cast check collate column constraint create cross ' +
    'current_date current_time current_timestamp current_user desc distinct drop else end escape except exists false fetch ' +
    'filter for foreign from full grant group having in inner intersect into is join lateral leading left like limit minus ' +
    'natural not null on only or order outer overlaps primary references right select semi session_user set some table ' +
    'tablesample then time to trailing true union unique unknown user using values view when where with within'
  ).split(' ')
);

/** A name in Spark's SQL. */
export function sqlName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !RESERVED.has(name.toLowerCase()) ? name : `\`${name.replace(/`/g, '``')}\``;
}

/** A text literal of Spark's SQL. */
export function sqlText(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n')}'`;
}

/** A string literal that Python, Scala and R read alike. */
export function stringLiteral(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}

/** By which name Spark reads a table. */
export interface IReadAs {
  database: string;
  table: string;
  /** `catalogId`: there is no resource link; the account stands before the database. */
  via: 'own' | 'link' | 'catalogId';
}

/**
 * By which name an identity reads a table: its own account's by their names, others' through a resource link of its
 * account where there is one.
 *
 * @param index - what the identity sees; undefined: not known yet
 */
export function readAs(ref: ITableRef, accountId: string, index: IIndexData | undefined): IReadAs {
  const { catalogId = accountId, database, table } = ref;
  if (catalogId === accountId) {
    return { database, table, via: 'own' };
  }
  const link = index?.databases.find(
    item => item.catalogId === accountId && item.linkTo?.catalogId === catalogId && item.linkTo.database === database
  );
  if (link) {
    return { database: link.name, table, via: 'link' };
  }
  const tableLink = index?.tables.find(
    ({ linkTo, catalogId: own }) =>
      own === accountId && linkTo?.catalogId === catalogId && linkTo.database === database && linkTo.table === table
  );
  return tableLink
    ? { database: tableLink.database, table: tableLink.table, via: 'link' }
    : { database: `${catalogId}/${database}`, table, via: 'catalogId' };
}

/** `database.table`, quoted. */
export function sqlPath({ database, table }: IReadAs): string {
  return `${sqlName(database)}.${sqlName(table)}`;
}
