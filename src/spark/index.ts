/** The driver's monitoring REST API (`/api/v1`): jobs, stages, tasks, executors. Reads only; knows no Livy, no AWS. */
export { failureCause } from './cause';
export { SparkMonitor } from './monitor';
export type { ISparkPlace } from './monitor';
export { StatementJobs } from './statement';
export { TimeLeft } from './timeLeft';
export type { ITrust } from './http';
