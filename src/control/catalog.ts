/** The methods about the data catalogue, handed to `src/catalog`, which is loaded when one is first asked. */
import type { IAwsContext } from '../aws';
import type { CatalogHandlers } from '../catalog/service';
import type { CatalogMethods, IRuntimeRole } from '../protocol';
import type { EventListener } from './types';

type Handlers = {
  [M in keyof CatalogMethods]: (
    params: CatalogMethods[M]['params'],
    signal: AbortSignal | undefined,
    onEvent: EventListener
  ) => Promise<CatalogMethods[M]['result']>;
};

const METHODS: (keyof CatalogMethods)[] = [
  'catalog.identities',
  'catalog.search',
  'catalog.refresh',
  'catalog.table',
  'catalog.versions',
  'catalog.snippets',
  'catalog.explain',
  'catalog.grants',
  'catalog.preview',
  'catalog.edit',
  'catalog.tags',
  'catalog.names',
  'catalog.link'
];

/** @param roles - runtime roles that are offered */
export function catalog(
  aws: IAwsContext,
  roles: (signal?: AbortSignal) => Promise<IRuntimeRole[]>
): { handlers: Handlers; dispose(): void } {
  let made: Promise<{ handlers: CatalogHandlers; dispose(): void }> | undefined;
  const service = () =>
    (made ??= import('../catalog/service').then(({ createCatalog }) => createCatalog({ aws, roles })));
  // One listener a comm: a build tells each of its listeners once.
  const listeners = new WeakMap<EventListener, Parameters<CatalogHandlers['catalog.search']>[2]>();
  const handler =
    <M extends keyof CatalogMethods>(method: M) =>
    async (params: CatalogMethods[M]['params'], signal: AbortSignal | undefined, onEvent: EventListener) => {
      let listener = listeners.get(onEvent);
      if (!listener) {
        listener = state => onEvent('catalog', state);
        listeners.set(onEvent, listener);
      }
      return (await service()).handlers[method](params, signal, listener);
    };
  return {
    handlers: Object.fromEntries(METHODS.map(method => [method, handler(method)])) as unknown as Handlers,
    dispose: () => void made?.then(service => service.dispose())
  };
}
