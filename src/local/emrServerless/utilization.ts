/** What a run used, and what is billed for it. */
import type { ResourceUtilization } from '@aws-sdk/client-emr-serverless';

import type { IWorkers } from './demand';
import { add, times, type IResources } from './resources';

/** Each worker is billed for a minute at least, and its disk above so many GB. */
const LEAST_SECONDS = 60;
const FREE_DISK = 20;

export interface IUtilization {
  total: ResourceUtilization;
  billed: ResourceUtilization;
}

/** @param seconds - from the start of the process to its end, rounded up */
export function utilization(workers: IWorkers, seconds: number): IUtilization {
  const all = (worker: (resources: IResources) => IResources) =>
    add(worker(workers.driver), times(worker(workers.executor), workers.executors));
  return {
    total: hours(
      all(worker => worker),
      seconds
    ),
    billed: hours(
      all(worker => ({ ...worker, disk: Math.max(0, worker.disk - FREE_DISK) })),
      Math.max(seconds, LEAST_SECONDS)
    )
  };
}

export function addUtilization(a: IUtilization | undefined, b: IUtilization): IUtilization {
  return a ? { total: sum(a.total, b.total), billed: sum(a.billed, b.billed) } : b;
}

function hours({ cpu, memory, disk }: IResources, seconds: number): ResourceUtilization {
  const of = (amount: number) => round((amount * seconds) / 3600);
  return { vCPUHour: of(cpu), memoryGBHour: of(memory), storageGBHour: of(disk) };
}

function sum(a: ResourceUtilization, b: ResourceUtilization): ResourceUtilization {
  return {
    vCPUHour: round(a.vCPUHour! + b.vCPUHour!),
    memoryGBHour: round(a.memoryGBHour! + b.memoryGBHour!),
    storageGBHour: round(a.storageGBHour! + b.storageGBHour!)
  };
}

/** To three digits, as the service tells it. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
