/**
 * Sizes of workers that EMR Serverless has, disks of the kind STANDARD (shuffle-optimized ones go further, and a pipeline
 * does not ask for them). Source: EMR Serverless User Guide, "Supported worker configurations" (app-behavior.html), looked
 * up on 2026-11-22.
 */
import type { ISize } from '../types';

interface IOffer {
  vcpu: number;
  /** Gigabytes. */
  from: number;
  to: number;
  step: number;
}

const OFFERS: readonly IOffer[] = [
  { vcpu: 1, from: 2, to: 8, step: 1 },
  { vcpu: 2, from: 4, to: 16, step: 1 },
  { vcpu: 4, from: 8, to: 30, step: 1 },
  { vcpu: 8, from: 16, to: 60, step: 4 },
  { vcpu: 16, from: 32, to: 120, step: 8 }
];

/** Gigabytes of disk that a worker may have. */
export const DISK = { from: 20, to: 200 };

/** Why AWS has no such worker: which field, and in words what it may be. */
export function workerProblem(size: ISize): { field: keyof ISize; allowed: string } | undefined {
  const offer = OFFERS.find(item => item.vcpu === size.vcpu);
  if (!offer) {
    return { field: 'vcpu', allowed: `A worker has ${OFFERS.map(item => item.vcpu).join(', ')} vCPU.` };
  }
  const { from, to, step, vcpu } = offer;
  if (size.memoryGb < from || size.memoryGb > to || (size.memoryGb - from) % step !== 0) {
    return {
      field: 'memoryGb',
      allowed: `A worker of ${vcpu} vCPU has ${from} to ${to} GB${step === 1 ? '' : `, in steps of ${step}`}.`
    };
  }
  if (size.diskGb < DISK.from || size.diskGb > DISK.to) {
    return { field: 'diskGb', allowed: `A worker has ${DISK.from} to ${DISK.to} GB of disk.` };
  }
  return undefined;
}

/** The smallest worker with at least so much; the largest there is where none has. */
export function workerFor(wanted: Partial<ISize>, otherwise: ISize): ISize {
  const vcpu = wanted.vcpu ?? (wanted.memoryGb === undefined ? otherwise.vcpu : 1);
  const memory = wanted.memoryGb ?? 0;
  const offer = OFFERS.find(item => item.vcpu >= vcpu && item.to >= memory) ?? OFFERS[OFFERS.length - 1];
  const least = Math.max(
    offer.from,
    Math.min(offer.to, wanted.memoryGb ?? (wanted.vcpu === undefined ? otherwise.memoryGb : offer.vcpu * 4))
  );
  const memoryGb = Math.min(offer.to, offer.from + Math.ceil((least - offer.from) / offer.step) * offer.step);
  const diskGb = Math.min(DISK.to, Math.max(DISK.from, wanted.diskGb ?? otherwise.diskGb));
  return { vcpu: offer.vcpu, memoryGb, diskGb };
}
