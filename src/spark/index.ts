/** The driver's monitoring REST API (`/api/v1`): jobs, stages, tasks, executors. Reads only; knows no Livy, no AWS. */
export {};
