/** What of `/api/v1` is read here, by Spark 3's names. All members may be missing: versions differ. */

/** One of `jobs`. */
export interface ISparkJob {
  jobId: number;
  name?: string;
  /** Livy's number of the statement, as text. */
  jobGroup?: string;
  status?: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';
  stageIds?: number[];
  numTasks?: number;
  numActiveTasks?: number;
  numCompletedTasks?: number;
  numSkippedTasks?: number;
  numFailedTasks?: number;
  numCompletedStages?: number;
  numSkippedStages?: number;
  numFailedStages?: number;
}

/** One of `stages`. */
export interface ISparkStage {
  stageId: number;
  attemptId?: number;
  status?: string;
  name?: string;
  numTasks?: number;
  numFailedTasks?: number;
  failureReason?: string;
}

/** One of `stages/ID/ATTEMPT/taskList`. */
export interface ISparkTask {
  taskId: number;
  index?: number;
  attempt?: number;
  status?: string;
  host?: string;
  executorId?: string;
  errorMessage?: string;
  launchTime?: string;
}

/** One of `allexecutors`. */
export interface ISparkExecutor {
  id: string;
  hostPort?: string;
  isActive?: boolean;
  removeTime?: string;
  removeReason?: string;
}
