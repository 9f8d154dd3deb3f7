/** Paged questions, asked page by page, with patience where a service asks to slow down. */
import { EmrError } from '../protocol';
import { pause } from './client';
import { isThrottled } from './errors';

/** How a question is asked. */
export interface IAsking {
  signal?: AbortSignal;
  /** Called before each request: how many there were. */
  onCall?: () => void;
  /** The service asks to slow down: what is done about it, a sentence. */
  onWait?: (text: string) => void;
}

/** Waits in ms after throttling, on top of the SDK's own retries. */
const WAITS = [1000, 2000, 4000, 8000, 16_000];

/** One request; while the service asks to slow down it is asked again, more and more slowly. */
export async function patiently<R>(asking: IAsking, request: () => Promise<R>): Promise<R> {
  for (const wait of [...WAITS, undefined]) {
    asking.signal?.throwIfAborted();
    asking.onCall?.();
    try {
      return await request();
    } catch (error) {
      if (wait === undefined || !(error instanceof EmrError) || !isThrottled(error)) {
        throw error;
      }
      asking.onWait?.(`${error.message} Trying again in ${wait / 1000} s.`);
      await pause(wait, asking.signal);
    }
  }
  throw new Error('not reached');
}

/** One page as a service answers it: its items under the service's own name for them. */
type Page<K extends string, T> = { [name in K]?: T[] | undefined } & { NextToken?: string | undefined };

/**
 * All pages of a list that is paged by `NextToken`.
 *
 * @param name - under which the items stand in an answer
 * @param ask - asks for the page behind a token
 * @param most - pages that are read at most
 */
export function listed<K extends string, T>(
  asking: IAsking,
  name: K,
  ask: (token: string | undefined) => Promise<Page<K, T>>,
  most?: number
): Promise<{ items: T[]; more: boolean }> {
  return pages(
    asking,
    async token => {
      const answer = await ask(token);
      return { items: answer[name], next: answer.NextToken };
    },
    most
  );
}

/**
 * All pages of a list.
 *
 * @param ask - asks for the page behind a token
 * @param most - pages that are read at most
 */
export async function pages<T>(
  asking: IAsking,
  ask: (token: string | undefined) => Promise<{ items: T[] | undefined; next: string | undefined }>,
  most = 1000
): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < most; page++) {
    const answer = await patiently(asking, () => ask(token));
    items.push(...(answer.items ?? []));
    // The same token twice would be asked for ever.
    if (!answer.next || answer.next === token) {
      return { items, more: false };
    }
    token = answer.next;
  }
  return { items, more: true };
}
