/** What a run may have cost: an estimate from list prices, never a bill. */
import type { IServerlessPrices, ISiteConfig } from '../config';
import type { IBilled, ICost } from '../protocol';
import { PRICES_DATE, listPrice } from './prices';

/**
 * What the billed hours cost.
 *
 * @param billed - hours as EMR Serverless bills them (`billedResourceUtilization`). By the API's own words they have a
 *   minute at least of each worker in them, and of storage only what is above 20 GB a worker: nothing is taken off here
 */
export function estimate(
  billed: IBilled | undefined,
  region: string,
  architecture: string | undefined,
  site: Pick<ISiteConfig, 'pipelines'> = {}
): ICost | undefined {
  if (!billed) {
    return undefined;
  }
  const kind = architecture === 'ARM64' ? 'ARM64' : 'X86_64';
  const prices: IServerlessPrices | undefined = site.pipelines?.prices;
  const own = prices?.[kind];
  const list = listPrice(region, kind);
  const price = own ?? list;
  const amount =
    billed.vcpuHours * price.vcpu + billed.memoryGbHours * price.memoryGb + billed.storageGbHours * price.storageGb;
  const where =
    list.region === region
      ? region
      : `us-east-1 (those of ${region} are not known here: name them in jupyterlab_emr.json)`;
  const how = list.derived ? ', taken as 80 % of X86_64’s' : '';
  return {
    amount: Math.round(amount * 1e6) / 1e6,
    currency: own ? (prices?.currency ?? 'USD') : 'USD',
    note: own
      ? `Estimate with the site's prices of ${prices?.date ?? 'an unknown day'}; the bill decides.`
      : `Estimate with AWS's list prices of ${PRICES_DATE} for ${kind} in ${where}${how}; the bill decides.`
  };
}

/** `$0.0123`, with as many digits as it takes to see something. */
export function money({ amount, currency }: ICost): string {
  const digits = amount >= 1 ? 2 : amount >= 0.01 ? 3 : 5;
  return `${currency === 'USD' ? '$' : `${currency} `}${amount.toFixed(amount === 0 ? 2 : digits)}`;
}
