/** Three teams, each with an account of its own. */
import { ACCOUNT_ID } from '../../identity';
import { alternativeData } from './alternativeData';
import { marketData } from './marketData';
import { research } from './research';
import type { IDatabaseSeed } from './table';

/** Accounts by team; research's is the one whose keys the local account gives out. */
export const ACCOUNTS = { 'market-data': '111122223333', 'alternative-data': '444455556666', research: ACCOUNT_ID };

/** What the names of the teams' buckets begin with. */
export const LAKE_BUCKETS = 'lake-';

export function databases(region: string): IDatabaseSeed[] {
  return [
    ...marketData(ACCOUNTS['market-data'], `${LAKE_BUCKETS}market-data-${region}`),
    ...alternativeData(ACCOUNTS['alternative-data'], `${LAKE_BUCKETS}alternative-data-${region}`),
    ...research(ACCOUNTS.research, `${LAKE_BUCKETS}research-${region}`)
  ];
}
