import { AwsKeys, findApplication, getApplication, startApplication } from '../../aws';

import type { Application } from '../../aws';
import type { IAwsContext } from '../../aws/context';
import type { IKeySource } from '../../livy';

/** What a session needs to know of an EMR Serverless application. */
export interface IApplicationInfo {
  id: string;
  name?: string;
  /** `CREATING` … `TERMINATED`. */
  state: string;
  /** What the service says of the state. */
  details?: string;
  arn: string;
  /** `emr-7.9.0`. */
  release: string;
  /** `Spark` or `Hive`. */
  type: string;
  livy: boolean;
  /** Minutes of idleness after which it stops by itself; undefined: never. */
  autoStopMinutes?: number;
}

/** What a session asks of EMR Serverless. */
export interface IServerlessPort {
  /** By id or name. */
  find(wanted: string, signal?: AbortSignal): Promise<IApplicationInfo>;
  describe(id: string, signal?: AbortSignal): Promise<IApplicationInfo>;
  start(id: string, signal?: AbortSignal): Promise<void>;
  /** The keys that requests are signed with. @param onChanged - told when those end, ISO 8601 */
  keys(onChanged: (expiresAt: string | undefined) => void): IKeySource;
}

/** The port on the real API. */
export function serverlessPort(context: IAwsContext): IServerlessPort {
  return {
    find: async (wanted, signal) => infoOf(await findApplication(context, wanted, signal)),
    describe: async (id, signal) => infoOf(await getApplication(context, id, signal)),
    start: (id, signal) => startApplication(context, id, signal),
    keys: onChanged => new AwsKeys(context, onChanged)
  };
}

function infoOf(application: Application): IApplicationInfo {
  const { applicationId, name, state, stateDetails, arn, releaseLabel, type } = application;
  const stop = application.autoStopConfiguration;
  return {
    id: applicationId ?? '',
    state: state ?? 'UNKNOWN',
    arn: arn ?? '',
    release: releaseLabel ?? '',
    type: type ?? '',
    livy: application.interactiveConfiguration?.livyEndpointEnabled === true,
    ...(name ? { name } : {}),
    ...(stateDetails ? { details: stateDetails } : {}),
    ...(stop?.enabled !== false && stop?.idleTimeoutMinutes !== undefined
      ? { autoStopMinutes: stop.idleTimeoutMinutes }
      : {})
  };
}
