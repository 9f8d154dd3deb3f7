/** The log group of a pipeline in CloudWatch, where its file says how long logs are kept. */
import type { IAwsContext, ILogGroup } from '../aws';
import { createLogGroup, deleteLogGroup, getLogGroup, setLogKey, setRetention } from '../aws';
import { ourTags } from './names';
import { logGroupName } from './policy/names';
import type { IStepResult } from './steps';
import type { IPipeline } from './types';

/** The one that is there; not asked for where the file wants none. */
export async function findLogGroup(
  aws: IAwsContext,
  { name, logs }: IPipeline,
  signal?: AbortSignal
): Promise<ILogGroup | undefined> {
  return logs.retentionDays === undefined ? undefined : getLogGroup(aws, logGroupName(name), signal);
}

/** Make it, or change what differs. One that the file does not ask for any more stays: it holds what happened. */
export async function ensureLogGroup(
  aws: IAwsContext,
  pipeline: IPipeline,
  there: ILogGroup | undefined,
  { dry, remember }: { dry: boolean; remember: (undo: () => Promise<void>) => void }
): Promise<IStepResult<void>> {
  const { retentionDays, kmsKey } = pipeline.logs;
  const name = logGroupName(pipeline.name);
  if (retentionDays === undefined) {
    return { status: 'skipped', detail: 'the logs go to S3', value: undefined };
  }
  const changes: string[] = [];
  if (!there && !dry) {
    await createLogGroup(aws, { name, ...(kmsKey ? { kmsKey } : {}) }, ourTags(pipeline));
    remember(() => deleteLogGroup(aws, name));
  }
  if (there && kmsKey !== undefined && there.kmsKey !== kmsKey) {
    changes.push(`key ${kmsKey}`);
    if (!dry) {
      await setLogKey(aws, name, kmsKey);
    }
  }
  if (there?.retentionDays !== retentionDays) {
    changes.push(`kept for ${retentionDays} days`);
    if (!dry) {
      await setRetention(aws, name, retentionDays);
      const before = there?.retentionDays;
      if (before !== undefined) {
        remember(() => setRetention(aws, name, before));
      }
    }
  }
  return {
    status: there ? (changes.length > 0 ? 'changed' : 'unchanged') : 'created',
    detail: [name, ...changes].join(', '),
    value: undefined
  };
}
