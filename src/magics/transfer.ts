import { EmrError } from '../protocol';

import type { NotebookSession } from '../session';
import type { LivyKind } from './kinds';
import type { ICountedCell, INotebook } from './types';

/** What `-o` of a cell magic asks for. */
export interface IBringRequest {
  /** Name that the data frame gets here. */
  variable: string;
  /** The rows of a query (`%%sql -o`), or what the session's variable of that name holds (`%%spark -o`). */
  source: { query: string } | { variable: string; kind: Exclude<LivyKind, 'sql'> };
  /** `-m` of sparkmagic: the first rows, or a share of all. Default `take`. */
  method?: 'take' | 'sample';
  /** `-n`: at most so many rows; -1: all. Undefined: all, or what sparkmagic's configuration says. */
  maxRows?: number;
  /** `-r`: share of the rows, for `sample`. Default 0.1, as sparkmagic has it. */
  fraction?: number;
  /** Show nothing: neither the rows of a query nor a word on what came. */
  quiet?: boolean;
}

/**
 * Bring a result of the session into the Python of `%%local`, as a pandas data frame. A query's rows are shown too.
 *
 * @param session - where the data are; the binding that the cell names
 * @throws EmrError, RemoteError, LocalError
 */
export function bringHere(
  _cell: ICountedCell,
  _notebook: INotebook,
  _session: NotebookSession,
  _request: IBringRequest
): Promise<void> {
  return Promise.reject(
    new EmrError({ code: 'NotInThisVersion', hop: 'kernel', message: '-o is not part of this version.' })
  );
}
