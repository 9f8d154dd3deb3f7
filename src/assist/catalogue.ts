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

/** What the session's catalogue has, by quick statements; kept until the user runs something. */
export class Catalogue {
  constructor(
    private readonly remote: Remote,
    private readonly until: Deadline
  ) {}

  /** Databases, or namespaces of a catalog. */
  async databases(): Promise<string[]> {
    return (await this.rows('SHOW DATABASES')).map(([name]) => String(name));
  }

  /** Tables and views of a database; without one, of the current, and the temporary views. */
  async tables(database: readonly string[] = []): Promise<{ name: string; isTemporary: boolean }[]> {
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
