/** How the administrator's checks are made: each by itself, a read that is denied is told and stops no other. */
import { isCancelled, isCredentialsError, isDenied } from '../../aws';
import { errorInfo } from '../../protocol';
import { kitFor } from './kit';
import { isFinding } from './text';
import type { AdminFeature, IAdminCheck, Verdict } from './types';

/** There is no cluster, no role, no user yet. */
const NOTHING = 'There is nothing of it yet to look at.';

/** Told on the way. */
export interface IAdminEvents {
  signal?: AbortSignal;
  onStart?: (doing: string) => void;
  onCheck?: (check: IAdminCheck) => void;
}

/** The checks of one run, in order. */
export class AdminReport {
  readonly checks: IAdminCheck[] = [];

  constructor(readonly events: IAdminEvents = {}) {}

  /**
   * Make a check.
   *
   * @param body - answers with what it found; each verdict is a row, none is no row
   * @throws EmrError where nothing can be asked at all: no credentials, no region, cancelled
   */
  async look(
    feature: AdminFeature,
    check: string,
    doing: string,
    body: () => Promise<Verdict | Verdict[]>
  ): Promise<void> {
    this.events.signal?.throwIfAborted();
    this.events.onStart?.(doing);
    try {
      for (const verdict of [await body()].flat()) {
        this.add({ feature, check, evidence: [], ...verdict });
      }
    } catch (error) {
      const told = errorInfo(error);
      if (isCancelled(told) || isCredentialsError(told) || told.code === 'NoRegion') {
        throw error;
      }
      if (told.code.startsWith('NoSuchEntity') || told.code === 'NoSuchBucket') {
        const fix = 'Make it, or name the right one.';
        this.add({ feature, check, state: 'missing', message: told.message, evidence: [], fix });
        return;
      }
      const lacks = isDenied(told) ? /no permission ([\w-]+:\w+)/.exec(told.message)?.[1] : undefined;
      this.add({
        feature,
        check,
        state: 'cannot see',
        message: told.message,
        evidence: [],
        ...(lacks ? { lacks, fix: `Allow ${lacks} to whoever runs this check.` } : told.fix ? { fix: told.fix } : {})
      });
    }
  }

  /**
   * Make a check of each of some things; one of them that cannot be seen stops no other.
   *
   * @param list - reads which there are; where there is none, that is a row of its own
   */
  async eachOf<T>(
    feature: AdminFeature,
    check: string,
    list: () => Promise<readonly T[]>,
    body: (item: T) => Promise<Verdict | Verdict[]>
  ): Promise<void> {
    let items: readonly T[] = [];
    await this.look(feature, check, `Looking at ${feature}: ${check}`, async () => {
      items = await list();
      return items.length > 0 ? [] : { state: 'cannot see', message: NOTHING };
    });
    for (const item of items) {
      await this.look(feature, check, `Looking at ${feature}: ${check}`, () => body(item));
    }
  }

  private add(found: IAdminCheck): void {
    const template = isFinding(found) ? kitFor(found.feature, found.check) : undefined;
    const check = template === undefined ? found : { ...found, template };
    this.checks.push(check);
    this.events.onCheck?.(check);
  }
}
