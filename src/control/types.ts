import type { ControlMethods, IClusterList, IControlEvents, IRunFilter, IRunList } from '../protocol';
import type { IAwsContext } from '../aws/context';
import type { ISiteConfig } from '../config';

/** Name of a control method. */
export type ControlMethod = keyof ControlMethods;

/** Hears what happens while a method runs: the steps of a deployment. */
export type EventListener = <E extends keyof IControlEvents>(event: E, data: IControlEvents[E]) => void;

/** How a control is made. */
export interface IControlOptions {
  aws?: IAwsContext;
  site?: ISiteConfig;
  /** Milliseconds between two looks while something changes; 15 times that while nothing does. Default 2000, or `JUPYTERLAB_EMR_POLL_MS`. */
  pollMs?: number;
}

/** The handlers behind the sidebar, the `%emr` magics and the command line. Holds no truth: AWS does. */
export interface IControlService {
  /**
   * Answer one method of {@link ControlMethods}.
   *
   * @throws EmrError naming the hop and the fix
   */
  call<M extends ControlMethod>(
    method: M,
    params: ControlMethods[M]['params'],
    options?: { signal?: AbortSignal; onEvent?: EventListener }
  ): Promise<ControlMethods[M]['result']>;
  /**
   * Follow the cluster list: called at once with the present list (once there is one) and after each change, through
   * throttling. One poll serves all watchers. The returned function stops it.
   *
   * @param options - `ended`: include clusters that ended in the last 24 h
   */
  watch(listener: (list: IClusterList) => void, options?: { ended?: boolean }): () => void;
  /** Follow pipelines and their runs in the same way. */
  watchRuns(listener: (list: IRunList) => void, filter?: IRunFilter): () => void;
  dispose(): void;
}
