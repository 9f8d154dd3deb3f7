/** Names from the data catalogue’s index: for a notebook that is not connected yet, or whose session is busy. */
import type { INotebook } from '../magics';
import type { IColumn } from './catalogue';

/** Where names are known from when the session does not answer. */
export interface INames {
  databases(): Promise<string[]>;
  tables(database: string): Promise<string[]>;
  columns(database: string, table: string): Promise<IColumn[]>;
}

/** The index of the notebook’s runtime role where there is one, else the user’s own. Nothing is asked of AWS but STS. */
export function catalogNames(notebook: INotebook): INames {
  const names = async (params: { database?: string; table?: string }) => {
    try {
      const { binding } = notebook.session.status;
      const control = await notebook.control(binding ? { region: binding.region } : undefined);
      for (const as of binding?.runtimeRole ? [binding.runtimeRole, 'self'] : ['self']) {
        const found = await control.call('catalog.names', { as, ...params });
        if (found.length > 0) {
          return found;
        }
      }
    } catch {
      // No help is better than an error while one types.
    }
    return [];
  };
  return {
    databases: async () => (await names({})).map(({ name }) => name),
    tables: async database => (await names({ database })).map(({ name }) => name),
    columns: async (database, table) =>
      (await names({ database, table })).map(({ name, type = '', comment }) => ({
        name,
        type,
        ...(comment === undefined ? {} : { comment })
      }))
  };
}
