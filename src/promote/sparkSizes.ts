/** What of the pipeline's sizes Spark is told. */
import type { IPipeline } from './types';

/**
 * What Spark keeps of a container beside its heap: a tenth, at least this; MB. Source: EMR Serverless User Guide, "Supported
 * worker configurations": overhead and heap together may not exceed the worker.
 */
const LEAST_OVERHEAD_MB = 384;
const OVERHEAD = 0.1;

/** How many executors fit beside one driver. */
export function mostExecutors({ caps, driver, executor }: Pick<IPipeline, 'caps' | 'driver' | 'executor'>): number {
  return Math.max(
    1,
    Math.floor(
      Math.min(...(['vcpu', 'memoryGb', 'diskGb'] as const).map(key => (caps[key] - driver[key]) / executor[key]))
    )
  );
}

/** Heap that fits into a worker beside Spark's overhead, as Spark writes it (`14563m`). */
export function heap(memoryGb: number): string {
  const all = memoryGb * 1024;
  return `${Math.floor(Math.min(all - LEAST_OVERHEAD_MB, all / (1 + OVERHEAD)))}m`;
}
