/** What a job or a session asks of its application: a driver and executors, by Spark's configuration and EMR Serverless' defaults. */
import type { Configuration } from '@aws-sdk/client-emr-serverless';

import { add, readGigabytes, roundMemory, times, workerProblem, type IResources, type Ledger } from './resources';

export type SparkConf = Record<string, string>;

export interface IDemand {
  driver: IResources;
  executor: IResources;
  /** As many as it begins with. */
  executors: number;
  /** It begins with fewer where there is no room; a number that was asked for by name is kept. */
  least: number;
}

/** EMR Serverless' own defaults. */
const DEFAULTS: SparkConf = {
  'spark.driver.cores': '4',
  'spark.driver.memory': '14g',
  'spark.executor.cores': '4',
  'spark.executor.memory': '14g',
  'spark.emr-serverless.driver.disk': '20g',
  'spark.emr-serverless.executor.disk': '20g',
  'spark.dynamicAllocation.enabled': 'true'
};
const EXECUTORS = 3;
const OVERHEAD_FACTOR = 0.1;
const LEAST_OVERHEAD = 0.375;

/** The properties of `spark-defaults` in configurations; the later wins. */
export function sparkDefaults(...configurations: (Configuration[] | undefined)[]): SparkConf {
  const found = configurations
    .flatMap(list => list ?? [])
    .filter(({ classification }) => classification === 'spark-defaults');
  return Object.assign({}, ...found.map(({ properties }) => properties ?? {})) as SparkConf;
}

/** @throws Error saying which worker there is not */
export function readDemand(given: SparkConf): IDemand {
  const conf = { ...DEFAULTS, ...given };
  const worker = (kind: 'driver' | 'executor'): IResources => {
    const cpu = Number(conf[`spark.${kind}.cores`]);
    const asked = readGigabytes(conf[`spark.${kind}.memory`]);
    const factor = Number(conf[`spark.${kind}.memoryOverheadFactor`] ?? OVERHEAD_FACTOR);
    const named = conf[`spark.${kind}.memoryOverhead`];
    // Spark reads a bare number of this key as MB.
    const overhead =
      named === undefined
        ? Math.max(LEAST_OVERHEAD, asked * factor)
        : readGigabytes(/^\d+$/.test(named) ? `${named}m` : named);
    const found = {
      cpu,
      memory: roundMemory(cpu, asked + overhead),
      disk: readGigabytes(conf[`spark.emr-serverless.${kind}.disk`])
    };
    const problem = workerProblem(found, kind === 'driver' ? 'Driver' : 'Executor');
    if (problem) {
      throw new Error(problem);
    }
    return found;
  };
  const dynamic = conf['spark.dynamicAllocation.enabled'] !== 'false';
  const asked = conf['spark.executor.instances'] ?? conf['spark.dynamicAllocation.initialExecutors'];
  const least = conf['spark.dynamicAllocation.minExecutors'] ?? (dynamic ? '0' : (asked ?? EXECUTORS));
  const most = Number(conf['spark.dynamicAllocation.maxExecutors'] ?? Infinity);
  const executors = Math.min(
    Math.max(Number(asked ?? EXECUTORS), Number(least)),
    dynamic ? Math.max(1, most) : Infinity
  );
  return {
    driver: worker('driver'),
    executor: worker('executor'),
    executors,
    least: conf['spark.executor.instances'] === undefined ? Math.max(1, Number(least)) : executors
  };
}

/** Workers that were given. */
export interface IWorkers {
  driver: IResources;
  executor: IResources;
  executors: number;
}

export function total({ driver, executor, executors }: IWorkers): IResources {
  return add(driver, times(executor, executors));
}

/**
 * Take workers for a holder.
 *
 * @returns what was given; `never`: the maximum is too small for it; `later`: others have what it needs
 */
export function takeWorkers(ledger: Ledger, holder: object, demand: IDemand): IWorkers | 'never' | 'later' {
  const workers = (executors: number): IWorkers => ({ ...demand, executors });
  if (!ledger.possible(total(workers(demand.least)))) {
    return 'never';
  }
  for (let executors = demand.executors; executors >= demand.least; executors--) {
    if (ledger.available(total(workers(executors)))) {
      ledger.take(holder, total(workers(executors)));
      return workers(executors);
    }
  }
  return 'later';
}

/** A Livy session's demand, by its request. @throws Error saying what cannot be */
export function sessionDemand(request: {
  conf?: SparkConf;
  driverMemory?: string;
  driverCores?: number;
  executorMemory?: string;
  executorCores?: number;
  numExecutors?: number;
}): IDemand {
  const named: Record<string, string | number | undefined> = {
    'spark.driver.memory': request.driverMemory,
    'spark.driver.cores': request.driverCores,
    'spark.executor.memory': request.executorMemory,
    'spark.executor.cores': request.executorCores,
    'spark.executor.instances': request.numExecutors
  };
  const given = Object.entries(named).filter(([, value]) => value);
  return readDemand({
    ...request.conf,
    ...Object.fromEntries(given.map(([key, value]) => [key, String(value)]))
  });
}
