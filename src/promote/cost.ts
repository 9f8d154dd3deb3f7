/** What a run may have cost: an estimate from list prices, never a bill. */
import type { IHourlyPrices, IServerlessPrices, ISiteConfig } from '../config';
import type { IBilled, ICost } from '../protocol';

/** Day on which {@link PRICES} were looked up. */
const DATE = '2025-11-01';
const US: Record<'ARM64' | 'X86_64', IHourlyPrices> = {
  ARM64: { vcpu: 0.042094, memoryGb: 0.004628, storageGb: 0.000111 },
  X86_64: { vcpu: 0.052624, memoryGb: 0.0057785, storageGb: 0.000111 }
};
/** List prices by region. A region that is not here is estimated with those of us-east-1, and the note says so. */
const PRICES: Record<string, typeof US> = { 'us-east-1': US, 'us-east-2': US, 'us-west-2': US };

/**
 * What the billed hours cost.
 *
 * @param billed - hours as EMR Serverless bills them; the 20 GB of storage that each worker has free are not in them
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
  const own: IServerlessPrices | undefined = site.pipelines?.prices;
  const known = PRICES[region];
  const price = own?.[kind] ?? (known ?? US)[kind];
  const amount =
    billed.vcpuHours * price.vcpu + billed.memoryGbHours * price.memoryGb + billed.storageGbHours * price.storageGb;
  return {
    amount: Math.round(amount * 1e6) / 1e6,
    currency: own?.[kind] ? (own.currency ?? 'USD') : 'USD',
    note: own?.[kind]
      ? `Estimate with the site's prices of ${own.date}; the bill decides.`
      : `Estimate with AWS's list prices of ${DATE} for ${kind} in ${known ? region : `us-east-1 (those of ${region} are not known here: name them in jupyterlab_emr.json)`}; the bill decides.`
  };
}

/** `$0.0123`, with as many digits as it takes to see something. */
export function money({ amount, currency }: ICost): string {
  const digits = amount >= 1 ? 2 : amount >= 0.01 ? 3 : 5;
  return `${currency === 'USD' ? '$' : `${currency} `}${amount.toFixed(amount === 0 ? 2 : digits)}`;
}
