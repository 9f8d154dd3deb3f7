import { before } from './remote';

import type { INames } from './catalogNames';
import type { Deadline, Remote } from './remote';

/** A column of a table. */
export interface IColumn {
  name: string;
  type: string;
  comment?: string;
}

/** Answers of Livy's `sql` kind are rows of JSON. */
interface ISqlAnswer {
  schema?: { fields?: { name: string }[] };
  data?: unknown[][];
}

/** The database of a name without one. */
const DEFAULT = 'default';
/** ms after the session's deadline in which what is known otherwise is still taken. */
const LATE_MS = 15;

/**
 * What the session's catalogue has, by quick statements; kept until the user runs something. Where the session does not
 * answer, what the data catalogue's index knows.
 */
export class Catalogue {
  constructor(
    private readonly remote: Remote,
    private readonly until: Deadline,
    private readonly names?: INames
  ) {}

  /** The session's answer, else the index's. */
  private async either<T>(own: Promise<T[]>, known: Promise<T[]> | undefined): Promise<T[]> {
    const found = await own;
    return found.length > 0 || !known ? found : ((await before(this.until + LATE_MS, known)) ?? found);
  }

  /** Databases, or namespaces of a catalog. */
  async databases(): Promise<string[]> {
    const known = this.names?.databases();
    return this.either(
      this.rows('SHOW DATABASES').then(rows => rows.map(([name]) => String(name))),
      known
    );
  }

  /** Tables and views of a database; without one, of the current, and the temporary views. */
  async tables(database: readonly string[] = []): Promise<{ name: string; isTemporary: boolean }[]> {
    const known = this.names
      ?.tables(database[database.length - 1] ?? DEFAULT)
      .then(names => names.map(name => ({ name, isTemporary: false })));
    return this.either(this.ownTables(database), known);
  }

  private async ownTables(database: readonly string[]): Promise<{ name: string; isTemporary: boolean }[]> {
    const rows = await this.rows(database.length > 0 ? `SHOW TABLES IN ${quoted(database)}` : 'SHOW TABLES');
    return rows.flatMap(([namespace, name, temporary]) =>
      // Views of the session stand in every database’s list.
      temporary === true && database.length > 0 && namespace === ''
        ? []
        : [{ name: String(name), isTemporary: temporary === true }]
    );
  }

  /** Columns of a table; none where there is no such table. */
  async columns(table: readonly string[]): Promise<IColumn[]> {
    const known = this.names?.columns(table[table.length - 2] ?? DEFAULT, table[table.length - 1] ?? '');
    return this.either(this.ownColumns(table), known);
  }

  private async ownColumns(table: readonly string[]): Promise<IColumn[]> {
    const columns: IColumn[] = [];
    for (const [name, type, comment] of await this.rows(`DESCRIBE TABLE ${quoted(table)}`)) {
      // Behind the columns come partitions and details, with titles.
      if (typeof name !== 'string' || name === '' || name.startsWith('#')) {
        break;
      }
      columns.push({ name, type: String(type), ...(typeof comment === 'string' && comment ? { comment } : {}) });
    }
    return columns;
  }

  /** Names of all functions. */
  async functions(): Promise<string[]> {
    return (await this.rows('SHOW FUNCTIONS', true)).map(([name]) => String(name)).filter(name => /^[a-z]/i.test(name));
  }

  /** What Spark says of a function; undefined where there is none. */
  async describeFunction(name: string, detail: 0 | 1): Promise<string | undefined> {
    const rows = await this.rows(`DESCRIBE FUNCTION ${detail ? 'EXTENDED ' : ''}${name}`, true);
    const text = rows.map(([line]) => String(line)).join('\n');
    return text === '' || /^Function: \S+ not found\.?$/.test(text) ? undefined : text;
  }

  private async rows(statement: string, lasting = false): Promise<unknown[][]> {
    const text = await this.remote.ask(`sql ${statement}`, () => this.remote.sql(statement), this.until, {
      lasting
    });
    if (text === undefined) {
      return [];
    }
    const { data } = JSON.parse(text) as ISqlAnswer;
    return Array.isArray(data) ? data.filter(row => Array.isArray(row)) : [];
  }
}

/** A path of names, each in back quotes. */
export function quoted(path: readonly string[]): string {
  return path.map(part => `\`${part.replace(/`/g, '``')}\``).join('.');
}
