/** The lines that read a data set, in the four languages; and a team's own. */
import type { IDataColumn, ISnippet } from '../protocol';
import type { IReadAs } from './names';
import { sqlName, sqlPath, sqlText, stringLiteral } from './names';
import { PARAMETERS } from './read';

/** More columns are not named in one line of code. */
const MAX_COLUMNS = 60;
const MAX_CODE = 20_000;
const MAX_TEAM = 50;
const ROWS = 20;
const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';
const LANGUAGES: readonly ISnippet['language'][] = ['pyspark', 'sql', 'scala', 'r'];

/** What is read. */
export interface ISnippetOf {
  readAs: IReadAs;
  /** Those that the identity may see. */
  columns: Pick<IDataColumn, 'name' | 'type' | 'partition'>[];
  /** Partition keys that are filtered by without being selected. */
  keys?: Pick<IDataColumn, 'name' | 'type' | 'partition'>[];
  /** By partition key. */
  partition?: Record<string, string>;
  format?: string;
}

/** Snippets worked out from the schema. */
export function generatedSnippets({ readAs, columns, keys = [], partition, format }: ISnippetOf): ISnippet[] {
  const shown = columns.slice(0, MAX_COLUMNS).map(({ name }) => name);
  const more = columns.length - shown.length;
  const partitionKeys = [...columns, ...keys].filter(column => column.partition);
  const filter = partitionKeys
    .filter(column => partition?.[column.name] !== undefined)
    .map(column => condition(column, partition?.[column.name] ?? ''))
    .join(' AND ');
  const notes = [
    ...(more > 0 ? [`${more.toLocaleString('en')} more columns: name those that you need.`] : []),
    ...(filter === '' && partitionKeys.length > 0
      ? [`Partitioned by ${partitionKeys.map(({ name }) => name).join(', ')}: filter by it.`]
      : []),
    ...(readAs.via === 'catalogId'
      ? [
          'Another account’s table without a resource link: needs spark.hadoop.aws.glue.catalog.separator=/ (%%configure).'
        ]
      : [])
  ].map(note => note.replace(/\s+/g, ' '));
  const path = sqlPath(readAs);
  const of: IParts = { path, columns: shown.map(sqlName), filter };
  const made = (language: ISnippet['language'], title: string, code: string[]): ISnippet => ({
    title,
    language,
    code: [...notes.map(note => `${COMMENT[language]} ${note}`), ...code].join('\n'),
    source: 'generated'
  });
  return [
    made('pyspark', 'PySpark', pyspark(of)),
    made('sql', 'SQL', sql(of)),
    made('scala', 'Scala', scala(of)),
    made('r', 'SparkR', sparkr(of)),
    ...(format === 'Iceberg'
      ? [
          made('sql', 'SQL: its snapshots', [
            'SELECT committed_at, snapshot_id, operation',
            `FROM ${path}.snapshots`,
            'ORDER BY committed_at DESC'
          ])
        ]
      : [])
  ];
}

interface IParts {
  path: string;
  /** Quoted. */
  columns: string[];
  filter: string;
}

const COMMENT = { pyspark: '#', sql: '--', scala: '//', r: '#' } as const;

function pyspark({ path, columns, filter }: IParts): string[] {
  return [
    'df = (',
    `    spark.table(${stringLiteral(path)})`,
    ...(filter ? [`    .where(${stringLiteral(filter)})`] : []),
    ...(columns.length > 0 ? [`    .select(${strings(columns)})`] : []),
    ')',
    `df.show(${ROWS})`
  ];
}

function sql({ path, columns, filter }: IParts): string[] {
  return [
    `SELECT ${columns.join(', ') || '*'}`,
    `FROM ${path}`,
    ...(filter ? [`WHERE ${filter}`] : []),
    `LIMIT ${ROWS}`
  ];
}

function scala({ path, columns, filter }: IParts): string[] {
  return [
    `val df = spark.table(${stringLiteral(path)})`,
    ...(filter ? [`  .where(${stringLiteral(filter)})`] : []),
    ...(columns.length > 0 ? [`  .select(${strings(columns)})`] : []),
    `df.show(${ROWS})`
  ];
}

function sparkr({ path, columns, filter }: IParts): string[] {
  return [
    `df <- tableToDF(${stringLiteral(path)})`,
    ...(filter ? [`df <- filter(df, ${stringLiteral(filter)})`] : []),
    ...(columns.length > 0 ? [`df <- select(df, ${strings(columns)})`] : []),
    `head(df, ${ROWS})`
  ];
}

/** `"a", "b"`, on lines of their own where they are many. */
function strings(columns: string[]): string {
  const all = columns.map(stringLiteral);
  const line = all.join(', ');
  return line.length <= 100 ? line : `\n        ${all.join(',\n        ')}\n    `;
}

/** `key = value`, the value as the column's type wants it. */
function condition({ name, type }: { name: string; type: string }, value: string): string {
  if (value === HIVE_NULL) {
    return `${sqlName(name)} IS NULL`;
  }
  const isNumber = /^(tinyint|smallint|int|integer|bigint|long|float|double|decimal)/i.test(type);
  const isPlain = isNumber ? /^-?\d+(\.\d+)?$/.test(value) : /^boolean/i.test(type) && /^(true|false)$/i.test(value);
  return `${sqlName(name)} = ${isPlain ? value : sqlText(value)}`;
}

/** The team's own, from the table's parameters; what is no snippet is left out. */
export function teamSnippets(parameters: Record<string, string>): ISnippet[] {
  return [...numbered(parameters), ...listed(parameters['snippets'])].slice(0, MAX_TEAM);
}

/** All of them in one parameter, as JSON: `[{"title": …, "language": …, "code": …}]`. */
function listed(text: string | undefined): ISnippet[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return (Array.isArray(list) ? (list as unknown[]) : []).flatMap(item => {
      const { title, language, code } = (item ?? {}) as Partial<Record<keyof ISnippet, unknown>>;
      const known = LANGUAGES.find(name => name === language);
      return typeof title === 'string' && typeof code === 'string' && known && code.trim() !== ''
        ? [{ title: title.slice(0, 200), language: known, code: code.slice(0, MAX_CODE), source: 'team' as const }]
        : [];
    });
  } catch {
    return [];
  }
}

function numbered(parameters: Record<string, string>): ISnippet[] {
  return Object.keys(parameters)
    .map(key => /^emr\.snippet\.(\d{1,4})$/.exec(key)?.[1])
    .filter(number => number !== undefined)
    .sort((a, b) => Number(a) - Number(b))
    .flatMap(number => {
      const key = `${PARAMETERS.snippet}${number}`;
      const code = (parameters[key] ?? '').slice(0, MAX_CODE);
      const said = parameters[`${key}.language`]?.toLowerCase();
      const language = LANGUAGES.find(item => item === said) ?? 'pyspark';
      const title = (parameters[`${key}.title`] ?? '').slice(0, 200) || `The team’s snippet ${number}`;
      return code.trim() === '' ? [] : [{ title, language, code, source: 'team' as const }];
    });
}

/** Parameters that hold these snippets, in place of all that held one. */
export function withTeamSnippets(
  parameters: Record<string, string>,
  snippets: Pick<ISnippet, 'title' | 'language' | 'code'>[]
): Record<string, string> {
  const others = Object.entries(parameters).filter(
    ([key]) => !/^(snippets|emr\.snippet\.\d+(\.(title|language))?)$/.test(key)
  );
  const own = snippets.flatMap(({ title, language, code }, index) => {
    const key = `${PARAMETERS.snippet}${index + 1}`;
    return [
      [key, code],
      [`${key}.title`, title],
      [`${key}.language`, language]
    ] as const;
  });
  return Object.fromEntries([...others, ...own]);
}
