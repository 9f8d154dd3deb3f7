/** The parts of the Glue SDK that we use; loaded on first use, so that a kernel starts without it. */
export {
  CreateTableCommand,
  GetDatabasesCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTableVersionsCommand,
  GetTablesCommand,
  GlueClient,
  UpdateTableCommand
} from '@aws-sdk/client-glue';
