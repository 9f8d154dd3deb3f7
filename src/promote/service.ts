/** What the sidebar, the magics and the command line ask of the promotion. */
import type { IAwsContext } from '../aws';
import type { ISiteConfig } from '../config';
import type { IDeployStep, IRunFilter, IRunList, PromoteMethods } from '../protocol';
import { EmrError } from '../protocol';

type Params<M extends keyof PromoteMethods> = PromoteMethods[M]['params'];
type Result<M extends keyof PromoteMethods> = Promise<PromoteMethods[M]['result']>;
/** Hears the steps of a deployment, all of them at each change. */
export type OnSteps = (steps: IDeployStep[]) => void;

/** Runs of the account's pipelines. */
export interface IRuns {
  list(filter: IRunFilter, signal?: AbortSignal): Promise<IRunList>;
  get(params: Params<'runs.get'>, signal?: AbortSignal): Result<'runs.get'>;
  start(params: Params<'runs.start'>, signal?: AbortSignal): Result<'runs.start'>;
  cancel(params: Params<'runs.cancel'>, signal?: AbortSignal): Result<'runs.cancel'>;
  compare(params: Params<'runs.compare'>, signal?: AbortSignal): Result<'runs.compare'>;
  logs(params: Params<'runs.logs'>, signal?: AbortSignal): Result<'runs.logs'>;
  ui(params: Params<'runs.ui'>, signal?: AbortSignal): Result<'runs.ui'>;
  setSchedule(params: Params<'schedule.set'>, signal?: AbortSignal): Result<'schedule.set'>;
  /** Called at once and after each change. The returned function stops it. */
  watch(listener: (list: IRunList) => void, filter?: IRunFilter): () => void;
  dispose(): void;
}

/** All of it. */
export interface IPromotion {
  preview(params: Params<'promote.preview'>, signal?: AbortSignal): Result<'promote.preview'>;
  deploy(params: Params<'promote.deploy'>, onSteps: OnSteps, signal?: AbortSignal): Result<'promote.deploy'>;
  remove(pipeline: string, onSteps: OnSteps, signal?: AbortSignal): Result<'promote.remove'>;
  template(params: Params<'promote.template'>, signal?: AbortSignal): Result<'promote.template'>;
  readonly runs: IRuns;
}

/** How it is made. */
export interface IPromotionOptions {
  aws: IAwsContext;
  site: ISiteConfig;
  /** ms between two looks at a run that goes on. */
  pollMs: number;
}

/** Make it; nothing is asked of AWS yet. */
export function createPromotion(_options: IPromotionOptions): IPromotion {
  const later = (): Promise<never> =>
    Promise.reject(new EmrError({ code: 'NotYet', hop: 'kernel', message: 'This is being built.' }));
  return {
    preview: later,
    deploy: later,
    remove: later,
    template: later,
    runs: {
      list: later,
      get: later,
      start: later,
      cancel: later,
      compare: later,
      logs: later,
      ui: later,
      setSchedule: later,
      watch: () => () => undefined,
      dispose: () => undefined
    }
  };
}
