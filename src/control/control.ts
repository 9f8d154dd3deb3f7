/** Wires the handlers to the methods of `emr:control`. */
import type { IAwsContext } from '../aws';
import { callerIdentity, jobRunDashboard } from '../aws';
import type { ControlMethods, IClusterList } from '../protocol';
import { EmrError } from '../protocol';
import type { KnownApplications } from './applications';
import { listed, startOrStop } from './applications';
import { catalog } from './catalog';
import { Clusters } from './clusters';
import { Products } from './products';
import { runtimeRoles } from './roles';
import { terminate } from './terminate';
import { promotion } from './promotion';
import type { ControlMethod, EventListener, IControlOptions, IControlService } from './types';

/** ms between two looks while something changes. */
const POLL_MS = 2000;

type Handlers = {
  [M in ControlMethod]: (
    params: ControlMethods[M]['params'],
    signal: AbortSignal | undefined,
    onEvent: EventListener
  ) => Promise<ControlMethods[M]['result']>;
};

/** The context that AWS is asked in: the caller's, on top of the site's region. */
export function awsContext(options: IControlOptions): IAwsContext {
  return { ...(options.site?.region ? { defaultRegion: options.site.region } : {}), ...options.aws };
}

/** Make a control. It costs nothing until it is asked. */
export function createControl(options: IControlOptions = {}): IControlService {
  const site = options.site ?? {};
  const aws = awsContext(options);
  const named = Number(process.env['JUPYTERLAB_EMR_POLL_MS']);
  const products = new Products(aws);
  const applications: KnownApplications = new Map();
  const clusters = new Clusters(aws, site, options.pollMs ?? (named > 0 ? named : POLL_MS));
  const { handlers: promoting, ...runs } = promotion(aws, site, options.pollMs ?? (named > 0 ? named : POLL_MS));
  const { handlers: cataloguing, ...catalogue } = catalog(aws, signal =>
    runtimeRoles(site, clusters, undefined, signal)
  );
  const handlers: Handlers = {
    ...promoting,
    ...cataloguing,
    'account.describe': (_params, signal) => callerIdentity(aws, signal),
    'products.list': ({ query }, signal) => products.list(query, signal),
    'products.describe': ({ productId }, signal) => products.describe(productId, signal),
    'products.form': (params, signal) => products.form(params, signal),
    'products.provision': async (params, signal) => {
      try {
        return await products.provision(params, signal);
      } finally {
        clusters.kick();
      }
    },
    'clusters.list': ({ ended }, signal) => clusters.list(ended ?? false, signal),
    'clusters.describe': ({ key }, signal) => clusters.describe(key, signal),
    // The comm subscribes by watch(); here it is the list as it is.
    'clusters.watch': ({ ended }, signal) => firstList(clusters, ended ?? false, signal),
    'clusters.unwatch': () => Promise.resolve(null),
    'clusters.terminate': (params, signal) => terminate(aws, site, clusters, params, signal),
    'clusters.sparkUi': (params, signal) => clusters.sparkUi(params, signal),
    'applications.list': (_params, signal) => listed(aws, signal, applications),
    'applications.start': ({ application }, signal) => startOrStop(aws, 'start', application, signal),
    'applications.stop': ({ application }, signal) => startOrStop(aws, 'stop', application, signal),
    'applications.sparkUi': async ({ applicationId, jobRunId }, signal) => ({
      url: await jobRunDashboard(aws, applicationId, jobRunId, signal)
    }),
    'roles.list': ({ clusterId }, signal) => runtimeRoles(site, clusters, clusterId, signal)
  };
  return {
    call(method, params, { signal, onEvent = () => undefined } = {}) {
      if (!Object.hasOwn(handlers, method)) {
        return Promise.reject(
          new EmrError({
            code: 'UnknownMethod',
            hop: 'kernel',
            message: `The control knows no method "${String(method)}".`,
            fix: 'Upgrade jupyterlab-emr in the environment that the kernel runs in.'
          })
        );
      }
      return handlers[method](params ?? {}, signal, onEvent);
    },
    watch: (listener, { ended } = {}) => clusters.watch(listener, ended ?? false),
    watchRuns: (listener, filter) => runs.watch(listener, filter),
    dispose: () => {
      clusters.dispose();
      runs.dispose();
      catalogue.dispose();
    }
  };
}

/** The list as it is; a first look where there was none. Trouble is told in the list, not thrown: one goes on watching. */
async function firstList(clusters: Clusters, ended: boolean, signal: AbortSignal | undefined): Promise<IClusterList> {
  if (!clusters.inventory.looked) {
    await clusters.refresh(ended, signal).catch((error: unknown) => {
      if (signal?.aborted) {
        throw error;
      }
    });
  }
  return clusters.current(ended);
}
