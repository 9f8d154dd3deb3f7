import type { SparkMonitor } from './monitor';
import type { ISparkExecutor, ISparkJob, ISparkStage, ISparkTask } from './types';

/** Lines of a task's error that are worth showing. */
const ERROR_LINES = 12;

/**
 * Why the Spark job of a statement failed: the stage, its first failed task, executors that were lost.
 *
 * @param statement - Livy's number
 * @param limitMs - for all of it: an error is not kept waiting for its explanation
 * @returns lines, the first one a sentence; nothing where no job of it failed or Spark cannot be asked
 */
export async function failureCause(monitor: SparkMonitor, statement: number, limitMs: number): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string[]>(resolve => {
    timer = setTimeout(() => resolve([]), limitMs);
  });
  try {
    return await Promise.race([look(monitor, statement, limitMs).catch(() => []), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function look(monitor: SparkMonitor, statement: number, limitMs: number): Promise<string[]> {
  const group = String(statement);
  const [jobs, stages, executors] = await Promise.all([
    monitor.failedJobs(limitMs),
    monitor.failedStages(limitMs),
    monitor.executors(limitMs)
  ]);
  const job = jobs?.filter(item => item.jobGroup === group).sort((a, b) => b.jobId - a.jobId)[0];
  if (!job) {
    return [];
  }
  const stage = stages
    ?.filter(item => job.stageIds?.includes(item.stageId))
    .sort((a, b) => b.stageId - a.stageId || (b.attemptId ?? 0) - (a.attemptId ?? 0))[0];
  const tasks = stage && (await monitor.failedTasks(stage.stageId, stage.attemptId ?? 0, limitMs));
  return describe(job, stage, tasks, executors);
}

/** The same in words. */
export function describe(
  job: ISparkJob,
  stage: ISparkStage | undefined,
  tasks: ISparkTask[] | undefined,
  executors: ISparkExecutor[] | undefined
): string[] {
  const failed = (tasks ?? [])
    .filter(task => task.status === 'FAILED' || task.errorMessage)
    .sort((a, b) => String(a.launchTime).localeCompare(String(b.launchTime)) || a.taskId - b.taskId);
  const count = Math.max(failed.length, stage?.numFailedTasks ?? 0);
  const lines = [
    stage
      ? `Spark job ${job.jobId} failed in stage ${stage.stageId}${stage.name ? ` (${stage.name})` : ''}: ${count} of ${stage.numTasks ?? '?'} tasks failed.`
      : `Spark job ${job.jobId} failed${job.name ? ` (${job.name})` : ''}.`
  ];
  const [first] = failed;
  if (first?.errorMessage) {
    lines.push(
      `First failed task: ${first.index ?? first.taskId}${first.attempt ? `, attempt ${first.attempt}` : ''}, on executor ${first.executorId ?? '?'}${first.host ? ` (${first.host})` : ''}`,
      ...essence(first.errorMessage).map(line => `  ${line}`)
    );
  }
  const lost = (executors ?? []).filter(item => item.isActive === false && item.id !== 'driver');
  if (lost.length > 0) {
    lines.push(`Executors lost: ${lost.length}`);
    for (const item of lost.slice(0, 3)) {
      lines.push(`  ${item.id}${item.hostPort ? ` on ${item.hostPort}` : ''}: ${firstLine(item.removeReason)}`);
    }
  }
  return lines;
}

/** An error's message without the frames of the JVM and of Spark's own Python. */
function essence(text: string): string[] {
  const kept: string[] = [];
  let skipSource = false;
  for (const line of text.trim().split('\n')) {
    if (/^\s*at [\w.$/]+\(|^\s*\.\.\. \d+ more/.test(line)) {
      continue;
    }
    const file = /^\s*File "(.+?)", line/.exec(line);
    if (file) {
      skipSource = /[/\\](pyspark|py4j)(?:[/\\]|[^/\\]*\.zip[/\\])/.test(file[1] ?? '');
    } else if (!/^\s{4}/.test(line)) {
      skipSource = false;
    }
    if (!skipSource && line.trim() !== '') {
      kept.push(line);
    }
  }
  return kept.length > ERROR_LINES ? [...kept.slice(0, ERROR_LINES), '…'] : kept;
}

function firstLine(text: string | undefined): string {
  return text?.trim().split('\n')[0] ?? 'Spark gives no reason';
}
