import type { ControlMethods, IClusterList } from '../protocol';
import type { IAwsContext } from '../aws/context';
import type { ISiteConfig } from '../config';

/** Name of a control method. */
export type ControlMethod = keyof ControlMethods;

/** How a control is made. */
export interface IControlOptions {
  aws?: IAwsContext;
  site?: ISiteConfig;
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
    options?: { signal?: AbortSignal }
  ): Promise<ControlMethods[M]['result']>;
  /**
   * Follow the cluster list: called at once with the present list and after each change, through throttling.
   * One poll serves all watchers. The returned function stops it.
   */
  watch(listener: (list: IClusterList) => void): () => void;
  dispose(): void;
}
