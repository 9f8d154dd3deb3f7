/** Sizes of workers and caps as EMR Serverless allows them. */
import type { IPipeline, ISize } from './types';

/** Memory of a worker by its vCPU: least, most, step; GB. From the EMR Serverless User Guide, "Understanding worker sizes". */
const MEMORY: Record<number, [least: number, most: number, step: number]> = {
  1: [2, 8, 1],
  2: [4, 16, 1],
  4: [8, 30, 1],
  8: [16, 60, 4],
  16: [32, 120, 8]
};
const DISK: [least: number, most: number] = [20, 200];

/** What Spark keeps of a container beside its heap: a tenth, at least this; MB. */
const LEAST_OVERHEAD_MB = 384;
const OVERHEAD = 0.1;

/** What is wrong with a worker's size, a sentence each. @param field - name of it in the file */
export function workerProblems(field: string, size: ISize): string[] {
  const range = MEMORY[size.vcpu];
  if (!range) {
    return [
      `${field}.vcpu: EMR Serverless has no worker of ${size.vcpu} vCPU. It has ${Object.keys(MEMORY).join(', ')}.`
    ];
  }
  const [least, most, step] = range;
  const problems: string[] = [];
  if (size.memoryGb < least || size.memoryGb > most || (size.memoryGb - least) % step !== 0) {
    problems.push(
      `${field}.memoryGb: a worker of ${size.vcpu} vCPU takes ${least} to ${most} GB${step === 1 ? '' : ` in steps of ${step} GB`}, not ${size.memoryGb} GB.`
    );
  }
  if (!Number.isInteger(size.diskGb) || size.diskGb < DISK[0] || size.diskGb > DISK[1]) {
    problems.push(`${field}.diskGb: a worker takes ${DISK[0]} to ${DISK[1]} GB of disk, not ${size.diskGb} GB.`);
  }
  return problems;
}

const UNITS: [keyof ISize, string][] = [
  ['vcpu', 'vCPU'],
  ['memoryGb', 'GB of memory'],
  ['diskGb', 'GB of disk']
];

/** Where the caps have no room for the driver and one executor, a sentence each. */
export function capProblems({ caps, driver, executor }: Pick<IPipeline, 'caps' | 'driver' | 'executor'>): string[] {
  return UNITS.flatMap(([key, unit]) => {
    const needed = driver[key] + executor[key];
    if (caps[key] >= needed) {
      return [];
    }
    const one = Math.max(driver[key], executor[key]);
    return [
      caps[key] < one
        ? `caps.${key}: ${caps[key]} ${unit} are too few for one worker, which has ${one}.`
        : `caps.${key}: ${caps[key]} ${unit} are too few for the driver (${driver[key]}) and one executor (${executor[key]}), which need ${needed}.`
    ];
  });
}

/** How many executors fit beside one driver. */
export function mostExecutors({ caps, driver, executor }: Pick<IPipeline, 'caps' | 'driver' | 'executor'>): number {
  return Math.max(1, Math.floor(Math.min(...UNITS.map(([key]) => (caps[key] - driver[key]) / executor[key]))));
}

/** Heap that fits into a worker beside Spark's overhead, as Spark writes it (`14563m`). */
export function heap(memoryGb: number): string {
  const all = memoryGb * 1024;
  return `${Math.floor(Math.min(all - LEAST_OVERHEAD_MB, all / (1 + OVERHEAD)))}m`;
}
