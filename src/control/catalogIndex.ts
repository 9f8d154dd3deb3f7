/** Waiting for an index: what a magic and the command line do, who have no page that fills by itself. */
import type { ICatalogResults, ICatalogSearch, IIndexState } from '../protocol';
import { EmrError } from '../protocol';
import type { IControlService } from './types';

/** `3 of 6 databases, 41 tables, 12 calls`. */
export function indexProgress(state: IIndexState): string {
  const { databasesDone, databases, tables, calls, note } = state;
  return `Reading the catalogue: ${databasesDone} of ${databases} databases, ${tables} tables, ${calls} calls${note ? `. ${note}` : ''}`;
}

/** `42 tables in 6 databases, as of 2026-11-22T20:40:00Z (31 calls); not read: database x (…)`. */
export function indexLine({ tables, databases, asOf, calls, problems }: IIndexState): string {
  const missing = problems.map(({ what, error }) => `${what} (${error.message})`);
  return `${tables} tables in ${databases} databases, as of ${asOf ?? '?'} (${calls} calls)${missing.length > 0 ? `; not read: ${missing.join('; ')}` : ''}`;
}

/**
 * Search, and where there is no index yet, or another one is asked for, wait until it is there.
 *
 * @param refresh - read all anew first
 * @throws EmrError where nothing can be read
 */
export async function searchWhenReady(
  control: IControlService,
  asked: ICatalogSearch,
  options: { signal?: AbortSignal; refresh?: boolean; onProgress?: (text: string) => void }
): Promise<ICatalogResults> {
  const { signal, refresh, onProgress } = options;
  let done: (state: IIndexState) => void = () => undefined;
  const ended = new Promise<IIndexState>(resolve => (done = resolve));
  const onEvent: NonNullable<Parameters<IControlService['call']>[2]>['onEvent'] = (event, data) => {
    if (event === 'catalog') {
      const state = data as IIndexState;
      if (state.state === 'building') {
        onProgress?.(indexProgress(state));
      } else {
        done(state);
      }
    }
  };
  const call = { onEvent, ...(signal ? { signal } : {}) };
  if (refresh) {
    await control.call('catalog.refresh', asked.as === undefined ? {} : { as: asked.as }, call);
  }
  let found = await control.call('catalog.search', asked, call);
  // An old index answers while it is read anew.
  if (found.index.state === 'building' && (refresh || !found.index.asOf)) {
    await Promise.race([ended, aborted(signal)]);
    found = await control.call('catalog.search', asked, call);
  }
  const [problem] = found.index.problems;
  if (!found.index.asOf && problem) {
    throw new EmrError(problem.error);
  }
  return found;
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
