import { page } from '../paging';
import { within } from './validation';

/** Items a page where no number is asked; AWS gives 50. */
const PAGE = 3;
const MOST = 50;

/** Whoever names a number gets it; whoever names none walks small pages, as in every other service here. */
export function paged<T>(
  items: readonly T[],
  token: string | undefined,
  asked: number | undefined
): { items: T[]; next?: string } {
  within(asked, 1, MOST, 'maxResults');
  return page(items, token, asked ?? PAGE, MOST, 'ValidationException');
}
