/** How Glue writes down the formats. */
import type { StorageDescriptor } from '@aws-sdk/client-glue';

import type { Format } from './table';

const PARQUET: StorageDescriptor = {
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' }
};
const TEXT: StorageDescriptor = {
  InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
};

/** The one version of an Iceberg table's metadata that the demo has. */
export const METADATA_FILE = 'metadata/00001-5d1c0000-0000-4000-8000-000000000001.metadata.json';

/** @param location - ends with `/` */
export function formatOf(
  format: Format,
  location: string
): { storage: StorageDescriptor; parameters: Record<string, string> } {
  switch (format) {
    case 'parquet':
      return { storage: { ...PARQUET, Compressed: true }, parameters: { EXTERNAL: 'TRUE', classification: 'parquet' } };
    case 'iceberg':
      return { storage: {}, parameters: { table_type: 'ICEBERG', metadata_location: location + METADATA_FILE } };
    case 'json':
      return {
        storage: { ...TEXT, SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' } },
        parameters: { EXTERNAL: 'TRUE', classification: 'json' }
      };
    case 'csv':
      return {
        storage: {
          ...TEXT,
          SerdeInfo: {
            SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
            Parameters: { 'field.delim': ',' }
          }
        },
        parameters: { EXTERNAL: 'TRUE', classification: 'csv', 'skip.header.line.count': '1' }
      };
  }
}
