/** What can be searched while the first index is still being read. */
import { SearchIndex } from './search';
import type { IIndexedTable } from './types';

/** A text index is made again when there is so much more to put into it: all of them together cost little more than the last. */
const GROWTH = 1.5;

export class SoFar {
  private readonly tables: IIndexedTable[] = [];
  private made = 0;
  private last?: Promise<SearchIndex>;

  add(tables: readonly IIndexedTable[]): void {
    this.tables.push(...tables);
  }

  /** Of the tables so far, or most of them. */
  index(): Promise<SearchIndex> {
    if (!this.last || this.tables.length >= this.made * GROWTH) {
      this.made = this.tables.length;
      this.last = SearchIndex.of([...this.tables]);
    }
    return this.last;
  }
}
