/** The methods about promotion, handed to `src/promote`, which is loaded when one is first asked. */
import type { IAwsContext } from '../aws';
import type { ISiteConfig } from '../config';
import type { IRunFilter, IRunList, PromoteMethods } from '../protocol';
import type { IPromotion } from '../promote/service';
import type { EventListener } from './types';

type PromoteHandlers = {
  [M in keyof PromoteMethods]: (
    params: PromoteMethods[M]['params'],
    signal: AbortSignal | undefined,
    onEvent: EventListener
  ) => Promise<PromoteMethods[M]['result']>;
};

/** Handlers, and the list of runs that can be followed. */
export interface IPromotionHandlers {
  handlers: PromoteHandlers;
  watch(listener: (list: IRunList) => void, filter?: IRunFilter): () => void;
  dispose(): void;
}

/** @param pollMs - between two looks while a run goes on */
export function promotion(aws: IAwsContext, site: ISiteConfig, pollMs: number): IPromotionHandlers {
  let made: Promise<IPromotion> | undefined;
  const service = () =>
    (made ??= import('../promote/service').then(({ createPromotion }) => createPromotion({ aws, site, pollMs })));
  return {
    handlers: {
      'promote.preview': async (params, signal) => (await service()).preview(params, signal),
      'promote.deploy': async (params, signal, onEvent) =>
        (await service()).deploy(params, steps => onEvent('deploy', { token: params.token, steps }), signal),
      'promote.remove': async ({ pipeline, token }, signal, onEvent) =>
        (await service()).remove(pipeline, steps => onEvent('deploy', { token, steps }), signal),
      'promote.template': async (params, signal) => (await service()).template(params, signal),
      'runs.list': async (params, signal) => (await service()).runs.list(params, signal),
      // The comm subscribes by watch(); here it is the list as it is.
      'runs.watch': async (params, signal) => (await service()).runs.list(params, signal),
      'runs.unwatch': () => Promise.resolve(null),
      'runs.get': async (params, signal) => (await service()).runs.get(params, signal),
      'runs.start': async (params, signal) => (await service()).runs.start(params, signal),
      'runs.cancel': async (params, signal) => (await service()).runs.cancel(params, signal),
      'runs.compare': async (params, signal) => (await service()).runs.compare(params, signal),
      'runs.logs': async (params, signal) => (await service()).runs.logs(params, signal),
      'runs.ui': async (params, signal) => (await service()).runs.ui(params, signal),
      'schedule.set': async (params, signal) => (await service()).runs.setSchedule(params, signal)
    },
    watch(listener, filter) {
      let stop: (() => void) | undefined;
      let stopped = false;
      void service().then(({ runs }) => {
        if (!stopped) {
          stop = runs.watch(listener, filter);
        }
      });
      return () => {
        stopped = true;
        stop?.();
      };
    },
    dispose: () => void made?.then(({ runs }) => runs.dispose())
  };
}
