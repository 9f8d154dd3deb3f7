/** vCPU, memory and disk: how EMR Serverless writes them, what workers there are, and what is still free. */
import type { MaximumAllowedResources } from '@aws-sdk/client-emr-serverless';

/** An amount: vCPU, GB of memory, GB of disk. */
export interface IResources {
  cpu: number;
  memory: number;
  disk: number;
}

export const NOTHING: IResources = { cpu: 0, memory: 0, disk: 0 };

/** Memory that a worker of so many vCPU may have: from, to, in steps of so many GB. */
const WORKERS: Record<number, [number, number, number]> = {
  1: [2, 8, 1],
  2: [4, 16, 1],
  4: [8, 30, 1],
  8: [16, 60, 4],
  16: [32, 120, 8]
};
const DISK: [number, number] = [20, 200];

/** `4 vCPU` as 4. */
export function readCpu(text: string): number {
  return Number(/^\d+/.exec(text)?.[0]);
}

/** `16 GB`, or Spark's `14g`, `512m`, as GB. */
export function readGigabytes(text: string): number {
  const [, amount, unit = 'g'] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])?(?:i?b)?\s*$/i.exec(text) ?? [];
  return Number(amount) * { k: 2 ** -20, m: 2 ** -10, g: 1, t: 2 ** 10 }[unit.toLowerCase() as 'k' | 'm' | 'g' | 't'];
}

/** As the API has it; without a disk limit there is none. */
export function readResources({ cpu, memory, disk }: Partial<MaximumAllowedResources>): IResources {
  return {
    cpu: readCpu(cpu!),
    memory: readGigabytes(memory!),
    disk: disk === undefined ? Infinity : readGigabytes(disk)
  };
}

/** Why there is no such worker; undefined: there is. */
export function workerProblem({ cpu, memory, disk }: IResources, what: string): string | undefined {
  const limits = WORKERS[cpu];
  if (limits === undefined) {
    return `${what} cores ${cpu} are not supported: a worker has ${Object.keys(WORKERS).join(', ')} vCPU.`;
  }
  const [least, most, step] = limits;
  if (!(memory >= least && memory <= most)) {
    return `${what} memory ${memory} GB is not supported: a worker with ${cpu} vCPU has ${least} to ${most} GB in steps of ${step} GB.`;
  }
  if (!(disk >= DISK[0] && disk <= DISK[1])) {
    return `${what} disk ${disk} GB is not supported: a worker has ${DISK.join(' to ')} GB.`;
  }
  return undefined;
}

/** Memory rounded up to what a worker can have. */
export function roundMemory(cpu: number, memory: number): number {
  const [least, , step] = WORKERS[cpu] ?? [1, 0, 1];
  return Math.max(least, Math.ceil(memory / step) * step);
}

export function add(a: IResources, b: IResources): IResources {
  return { cpu: a.cpu + b.cpu, memory: a.memory + b.memory, disk: a.disk + b.disk };
}

export function times(a: IResources, count: number): IResources {
  return { cpu: a.cpu * count, memory: a.memory * count, disk: a.disk * count };
}

export function fits(wanted: IResources, limit: IResources): boolean {
  return wanted.cpu <= limit.cpu && wanted.memory <= limit.memory && wanted.disk <= limit.disk;
}

/** What an application gives out, and to whom it gave. */
export class Ledger {
  private readonly held = new Map<object, IResources>();

  /** @param maximum - none: without limit; asked anew each time, since an application may be updated */
  constructor(private readonly maximum: () => IResources | undefined) {}

  /** Whether it could be given if nobody else had any. */
  possible(wanted: IResources): boolean {
    const maximum = this.maximum();
    return maximum === undefined || fits(wanted, maximum);
  }

  /** Whether it can be given now. */
  available(wanted: IResources): boolean {
    return this.possible(add(this.used, wanted));
  }

  /** Give it to a holder, in place of what that had. */
  take(holder: object, wanted: IResources): void {
    this.held.set(holder, wanted);
  }

  release(holder: object): void {
    this.held.delete(holder);
  }

  get used(): IResources {
    return [...this.held.values()].reduce(add, NOTHING);
  }

  get holders(): number {
    return this.held.size;
  }
}
