import { EmrError, PROTOCOL_VERSION, errorInfo, versionMismatch } from '../protocol';
import { MissedFeed } from './missed';

import type { IJsonObject, ISessionStatus, Json, SessionMethods, ToKernel } from '../protocol';
import type { Bindings } from './bindings';
import type { IMissedOutputs } from './missed';

/** An open comm, as far as this handler needs it. */
export interface ISessionComm {
  send(data: IJsonObject): void;
  close(data?: IJsonObject): void;
  onMessage?: (data: Json) => void;
  onClose?: () => void;
}

type Method = keyof SessionMethods;

/**
 * Serve one page on `emr:session`: hello or refusal, methods, and a `status` event at every change.
 *
 * @param bindings - the page means the current one at the time of its request
 * @param outputs - what no page has confirmed
 */
export function serveSessionComm(
  comm: ISessionComm,
  openData: Json,
  bindings: Bindings,
  version: string,
  outputs: IMissedOutputs
): void {
  const wrong = versionMismatch((openData as { protocol?: unknown } | null)?.protocol);
  if (wrong) {
    const error = { code: 'ProtocolMismatch', hop: 'kernel' as const, message: wrong };
    post(comm, { type: 'refused', error });
    comm.close();
    return;
  }
  const running = new Map<string, AbortController>();
  post(comm, { type: 'hello', protocol: PROTOCOL_VERSION, version });
  const tell = (status: ISessionStatus): void => post(comm, { type: 'event', event: 'status', data: status });
  tell(bindings.status);
  const stop = bindings.onStatus(tell);
  const feed = new MissedFeed(outputs, cell => post(comm, { type: 'event', event: 'cell', data: cell }));
  comm.onClose = () => {
    stop();
    feed.dispose();
  };
  comm.onMessage = data => {
    const message = data as unknown as ToKernel;
    if (message?.type === 'cancel') {
      running.get(message.id)?.abort();
    } else if (message?.type === 'request') {
      const abort = new AbortController();
      running.set(message.id, abort);
      answer({ bindings, outputs, feed }, message.method, message.params, abort.signal)
        .then(
          result => post(comm, { type: 'reply', id: message.id, ok: true, result }),
          (error: unknown) => post(comm, { type: 'reply', id: message.id, ok: false, error: errorInfo(error) })
        )
        .finally(() => running.delete(message.id));
    }
  };
}

interface IServed {
  bindings: Bindings;
  outputs: IMissedOutputs;
  feed: MissedFeed;
}

async function answer(
  { bindings, outputs, feed }: IServed,
  method: string,
  params: unknown,
  signal: AbortSignal
): Promise<unknown> {
  const session = bindings.current;
  switch (method as Method) {
    case 'session.status':
      return bindings.status;
    case 'session.connect':
      await session.connect(session.asBefore(params as SessionMethods['session.connect']['params']), { signal });
      return bindings.status;
    case 'session.disconnect':
      await session.disconnect();
      return bindings.status;
    case 'session.offer':
      session.setOffer(params as SessionMethods['session.offer']['params']);
      return bindings.status;
    case 'session.missed':
      return { cells: feed.missed(), dropped: outputs.dropped() };
    case 'session.seen':
      outputs.seen((params as SessionMethods['session.seen']['params']).executions);
      return {};
    case 'session.settings': {
      const { settings, progressAtEnd } = params as SessionMethods['session.settings']['params'];
      bindings.progressAtEnd = progressAtEnd;
      bindings.setUserSettings(settings);
      return {};
    }
    case 'session.use':
      bindings.use((params as SessionMethods['session.use']['params']).name);
      return bindings.status;
    case 'session.logs':
      return { lines: await session.logs((params as SessionMethods['session.logs']['params']).size) };
    case 'data.sample':
      return (await import('./data')).sample(session, params as SessionMethods['data.sample']['params'], signal);
    case 'data.profile':
      return (await import('./data')).profile(session, params as SessionMethods['data.profile']['params'], signal);
    default:
      throw new EmrError({ code: 'UnknownMethod', hop: 'kernel', message: `There is no method ${method}.` });
  }
}

function post(comm: ISessionComm, message: object): void {
  // Through JSON: what is undefined is not there, as on the wire.
  comm.send(JSON.parse(JSON.stringify(message)) as IJsonObject);
}
