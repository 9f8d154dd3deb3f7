/**
 * AWS's list prices of EMR Serverless, in US dollars an hour.
 *
 * AWS's own page (https://aws.amazon.com/emr/pricing/) shows them by script and was out of reach when this was written.
 * X86_64: the list that Google's PerfKitBenchmarker generates from AWS's price files
 * (`perfkitbenchmarker/providers/aws/aws_dpb_emr_serverless_prices.py`). ARM64: us-east-1 by one public calculator
 * only; AWS says of Graviton "a 20% lower cost" (AWS Big Data Blog, 2022), and the figures of us-east-1 bear it
 * out; for regions beyond {@link ARM64_SEEN} the ARM64 price is worked out with that rule and not verified.
 */
import type { IHourlyPrices } from '../config';

/** Day on which the sources were looked up. */
export const PRICES_DATE = '2026-11-22';
/** What a Graviton worker's vCPU and memory cost beside an x86 one's. Storage costs the same. */
const GRAVITON = 0.8;

/** vCPU-hour, GB-hour of memory, GB-hour of storage above 20 GB a worker. */
const X86_64: Record<string, [vcpu: number, memoryGb: number, storageGb: number]> = {
  'ap-northeast-1': [0.065728, 0.007189, 0.000133],
  'ap-northeast-2': [0.060528, 0.006643, 0.000127],
  'ap-south-1': [0.055328, 0.0060515, 0.000127],
  'ap-southeast-1': [0.065728, 0.007189, 0.000133],
  'ap-southeast-2': [0.063128, 0.006916, 0.000133],
  'ca-central-1': [0.057928, 0.0063245, 0.000122],
  'eu-central-1': [0.060528, 0.006643, 0.000132],
  'eu-north-1': [0.05785, 0.00637, 0.000116],
  'eu-west-1': [0.052624, 0.0057785, 0.000122],
  'eu-west-2': [0.060528, 0.006643, 0.000129],
  'eu-west-3': [0.06318, 0.00689, 0.000129],
  'sa-east-1': [0.09048, 0.00988, 0.000211],
  'us-east-1': [0.052624, 0.0057785, 0.000111],
  'us-east-2': [0.052624, 0.0057785, 0.000111],
  'us-west-1': [0.060528, 0.006643, 0.000133],
  'us-west-2': [0.052624, 0.0057785, 0.000111]
};
const ARM64_OF_US: IHourlyPrices = { vcpu: 0.042094, memoryGb: 0.004628, storageGb: 0.000111 };
/** Regions whose X86_64 prices are those of us-east-1, so that its ARM64 prices are theirs. */
const ARM64_SEEN = new Set(['us-east-1', 'us-east-2', 'us-west-2']);

/** A price, and how sure it is. */
export interface IListPrice extends IHourlyPrices {
  /** Region that the price is of: us-east-1 where the asked one is not known. */
  region: string;
  /** Worked out from X86_64's, not seen. */
  derived: boolean;
}

/** The list price of a region and a processor. */
export function listPrice(region: string, architecture: 'ARM64' | 'X86_64'): IListPrice {
  const known = X86_64[region] ? region : 'us-east-1';
  const [vcpu, memoryGb, storageGb] = X86_64[known];
  if (architecture === 'X86_64') {
    return { region: known, derived: false, vcpu, memoryGb, storageGb };
  }
  return ARM64_SEEN.has(known)
    ? { region: known, derived: false, ...ARM64_OF_US }
    : { region: known, derived: true, vcpu: vcpu * GRAVITON, memoryGb: memoryGb * GRAVITON, storageGb };
}
