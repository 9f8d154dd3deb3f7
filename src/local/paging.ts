/** Small pages, whatever page size is asked, so that paging is walked in every test and demo. */
import { AwsError } from './errors';

/**
 * One page.
 *
 * @param token - as given out before; none: the first page
 * @param asked - the page size asked for; 0 and undefined: the service's own
 * @param most - no page is longer
 * @param wrongToken - code of the error for a token that was never given out
 */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
  asked: number | undefined,
  most: number,
  wrongToken: string
): { items: T[]; next?: string } {
  let start = 0;
  if (token) {
    const match = /^p:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
    if (!match) {
      throw new AwsError(wrongToken, 'The page token is not valid.');
    }
    start = Number(match[1]);
  }
  const end = start + Math.min(asked || most, most);
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { next: Buffer.from(`p:${end}`).toString('base64url') } : {})
  };
}
