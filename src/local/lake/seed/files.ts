/** The files of the demo's tables, as the moto process is told to make them. */
import { DAYS, readColumn, type Format } from './table';
import { databases } from './teams';

export { LAKE_BUCKETS } from './teams';

/** Files of one table. */
export interface ILakeFiles {
  bucket: string;
  /** Ends with `/`. */
  prefix: string;
  format: Format;
  columns: { name: string; type: string }[];
  /** The one partition key, with its values; none: no partitions. */
  partition: { name: string; type: string; values: string[] } | null;
  rows: number;
}

export function lakeFiles(region: string): ILakeFiles[] {
  return databases(region).flatMap(({ name, bucket, tables }) =>
    tables
      .filter(({ broken }) => !broken)
      .map(table => {
        const [key] = table.partitions.map(readColumn);
        return {
          bucket,
          prefix: `${name}/${table.name}/`,
          format: table.format,
          columns: table.columns.map(readColumn).map(({ Name, Type }) => ({ name: Name, type: Type })),
          partition: key ? { name: key.Name, type: key.Type, values: DAYS } : null,
          rows: table.rows
        };
      })
  );
}
