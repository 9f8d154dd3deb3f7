/** What the sidebar, the magics and the command line ask of the promotion. */
import type { IAwsContext } from '../aws';
import type { ISiteConfig } from '../config';
import type { IDeployStep, PromoteMethods } from '../protocol';
import { compared } from './comparison';
import { deploy, placeOf, scriptAddress } from './deploy';
import { readDeployment } from './deployment';
import { readPipeline } from './file';
import { deploymentUri } from './names';
import { linesOf, template } from './policy';
import { withSteps } from './planned';
import { previewOf } from './preview';
import { removePipeline } from './remove';
import { Runs } from './runs';

type Params<M extends keyof PromoteMethods> = PromoteMethods[M]['params'];
type Result<M extends keyof PromoteMethods> = Promise<PromoteMethods[M]['result']>;
/** Hears the steps of a deployment, all of them at each change. */
export type OnSteps = (steps: IDeployStep[]) => void;

/** All of it. */
export interface IPromotion {
  preview(params: Params<'promote.preview'>, signal?: AbortSignal): Result<'promote.preview'>;
  deploy(params: Params<'promote.deploy'>, onSteps: OnSteps, signal?: AbortSignal): Result<'promote.deploy'>;
  remove(pipeline: string, onSteps: OnSteps, signal?: AbortSignal): Result<'promote.remove'>;
  template(params: Params<'promote.template'>, signal?: AbortSignal): Result<'promote.template'>;
  readonly runs: Runs;
}

/** How it is made. */
export interface IPromotionOptions {
  aws: IAwsContext;
  site: ISiteConfig;
  /** ms between two looks at a run that goes on. */
  pollMs: number;
}

/** Make it; nothing is asked of AWS yet. */
export function createPromotion({ aws, site, pollMs }: IPromotionOptions): IPromotion {
  const runs = new Runs(aws, site, pollMs);
  return {
    async preview(request, signal) {
      const options = { site, ...(aws.region ? { region: aws.region } : {}), ...(signal ? { signal } : {}) };
      const preview = await previewOf(request, options);
      return request.compare ? compared(await withSteps(preview, aws, site, signal), aws, site, signal) : preview;
    },
    async deploy({ pipelineText, scriptText, path = 'emr-pipeline.yaml', undoOnFailure, dryRun }, onSteps, signal) {
      const pipeline = readPipeline(pipelineText, path, site);
      const there = pipeline.region && !aws.region ? { ...aws, region: pipeline.region } : aws;
      try {
        const deployment = await deploy({
          pipeline,
          script: scriptText,
          aws: there,
          site,
          pollMs,
          onSteps,
          ...(undoOnFailure ? { undoOnFailure } : {}),
          ...(dryRun ? { dryRun } : {}),
          ...(signal ? { signal } : {})
        });
        if (!dryRun) {
          return deployment;
        }
        const { rolePlan, roleDiff } = await compared({ pipeline, pipelineText }, there, site, signal);
        return { ...deployment, ...(rolePlan ? { rolePlan } : {}), ...(roleDiff ? { roleDiff } : {}) };
      } finally {
        runs.changed();
      }
    },
    async template(request, signal) {
      if ('pipeline' in request) {
        const { record } = await runs.pipelines.deployed(request.pipeline, signal);
        const { archiveUri, scriptUri } = record;
        const there = await placeOf(aws, site, signal);
        return { text: template(record.pipeline, scriptUri, there, archiveUri ? { archiveUri } : {}) };
      }
      const { pipelineText, scriptText, path = 'emr-pipeline.yaml' } = request;
      const pipeline = readPipeline(pipelineText, path, site);
      const place = await placeOf(aws, site, signal);
      // Who only wants the template need not be able to read the bucket.
      const known = await readDeployment(aws, deploymentUri(pipeline), signal).catch(() => undefined);
      const archiveUri = known?.archiveUri;
      const options = { lineOf: linesOf(pipelineText), ...(archiveUri ? { archiveUri } : {}) };
      return { text: template(pipeline, scriptAddress(pipeline, scriptText), place, options) };
    },
    async remove(pipeline, onSteps, signal) {
      try {
        return { steps: await removePipeline(aws, pipeline, pollMs, onSteps, signal) };
      } finally {
        runs.changed();
      }
    },
    runs
  };
}
