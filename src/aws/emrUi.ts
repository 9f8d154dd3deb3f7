/** Presigned URLs of the Spark history server: on the cluster while it runs, persistent after it. */
import type { Cluster } from '@aws-sdk/client-emr';

import { EmrError } from '../protocol';
import { pause } from './client';
import type { IAwsContext } from './context';
import { emr } from './emr';

/** How long a presigned URL may take to become ready, ms. */
const READY_WITHIN_MS = 120_000;

/** What to open. */
export interface ISparkUiRequest {
  runtimeRole?: string;
  /** Spark's application id (`application_…`, `spark-…`): opens at it. */
  applicationId?: string;
  /** Milliseconds between two questions. Default 1500. */
  intervalMs?: number;
  signal?: AbortSignal;
}

/**
 * A presigned URL for one person's browser. Do not store it: it admits whoever has it.
 *
 * @throws EmrError `SparkUiNotReady` after two minutes
 */
export async function sparkUi(context: IAwsContext, cluster: Cluster, request: ISparkUiRequest = {}): Promise<string> {
  const state = cluster.Status?.State ?? '';
  if (['STARTING', 'BOOTSTRAPPING'].includes(state)) {
    throw new EmrError({
      code: 'ClusterNotReady',
      hop: 'emr',
      message: `The cluster ${cluster.Id ?? ''} is ${state}: it has no Spark UI yet.`,
      fix: 'Wait until it is WAITING or RUNNING.'
    });
  }
  return ['RUNNING', 'WAITING'].includes(state)
    ? onCluster(context, cluster, request)
    : persistent(context, cluster, request);
}

async function onCluster(context: IAwsContext, cluster: Cluster, request: ISparkUiRequest): Promise<string> {
  const id = cluster.Id ?? '';
  const action = {
    does: `open the Spark UI of ${id}`,
    iam: 'elasticmapreduce:GetOnClusterAppUIPresignedURL',
    resource: id
  };
  return untilReady(id, request, () =>
    emr(context, action, request.signal, (client, sdk, options) =>
      client.send(
        new sdk.GetOnClusterAppUIPresignedURLCommand({
          ClusterId: id,
          OnClusterAppUIType: 'SparkHistoryServer',
          ApplicationId: request.applicationId,
          ExecutionRoleArn: request.runtimeRole
        }),
        options
      )
    )
  );
}

async function persistent(context: IAwsContext, cluster: Cluster, request: ISparkUiRequest): Promise<string> {
  const id = cluster.Id ?? '';
  const action = (operation: string) => ({
    does: `open the Spark history of ${id}`,
    iam: `elasticmapreduce:${operation}`,
    resource: id
  });
  const created = await emr(context, action('CreatePersistentAppUI'), request.signal, (client, sdk, options) =>
    client.send(new sdk.CreatePersistentAppUICommand({ TargetResourceArn: cluster.ClusterArn }), options)
  );
  const ui = created.PersistentAppUIId ?? '';
  await until(id, request, async () => {
    const answer = await emr(context, action('DescribePersistentAppUI'), request.signal, (client, sdk, options) =>
      client.send(new sdk.DescribePersistentAppUICommand({ PersistentAppUIId: ui }), options)
    );
    const status = answer.PersistentAppUI?.PersistentAppUIStatus ?? '';
    if (/FAIL|ERROR/i.test(status)) {
      throw new EmrError({
        code: 'SparkUiFailed',
        hop: 'emr',
        message: `EMR could not make the Spark history of ${id}: ${answer.PersistentAppUI?.LastStateChangeReason ?? status}.`,
        fix: 'Check that the cluster wrote its logs to S3 (LogUri), and try again.'
      });
    }
    return /^(ATTACHED|ACTIVE|READY|RUNNING|AVAILABLE)$/i.test(status) ? status : undefined;
  });
  return untilReady(id, request, () =>
    emr(context, action('GetPersistentAppUIPresignedURL'), request.signal, (client, sdk, options) =>
      client.send(
        new sdk.GetPersistentAppUIPresignedURLCommand({
          PersistentAppUIId: ui,
          PersistentAppUIType: 'SHS',
          ApplicationId: request.applicationId,
          ExecutionRoleArn: request.runtimeRole
        }),
        options
      )
    )
  );
}

function untilReady(
  id: string,
  request: ISparkUiRequest,
  look: () => Promise<{ PresignedURLReady?: boolean; PresignedURL?: string }>
): Promise<string> {
  return until(id, request, async () => {
    const answer = await look();
    return answer.PresignedURLReady !== false && answer.PresignedURL ? answer.PresignedURL : undefined;
  });
}

async function until(id: string, request: ISparkUiRequest, look: () => Promise<string | undefined>): Promise<string> {
  const end = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > end) {
      throw new EmrError({
        code: 'SparkUiNotReady',
        hop: 'emr',
        message: `EMR has not made the Spark UI of ${id} ready within two minutes.`,
        fix: 'Try again; the first time after a cluster starts takes longest.'
      });
    }
    await pause(request.intervalMs ?? 1500, request.signal);
  }
}
