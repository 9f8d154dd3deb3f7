/** The framing of `emr:control`: hello, request, reply, cancel, event. Knows no Jupyter but the shape of a comm. */
import type { ControlMethods, IClusterList, IJsonObject, IRunFilter, Json, ReplyMessage, ToBrowser } from '../protocol';
import { EmrError, PROTOCOL_VERSION, errorInfo, versionMismatch } from '../protocol';
import type { ControlMethod, EventListener, IControlService } from './types';

declare const __VERSION__: string | undefined;

/** A comm, structurally the kernel's own. */
export interface IControlComm {
  send(data: IJsonObject): void;
  close(data?: IJsonObject): void;
  onMessage?: (data: Json) => void;
  onClose?: () => void;
}

/**
 * Serve one comm until it closes.
 *
 * @param openData - `data` of the comm_open, see IOpenData
 * @param control - hands out the process's one control; a throw is the answer to each request
 */
export function serveControlComm(comm: IControlComm, openData: unknown, control: () => IControlService): void {
  const send = (message: ToBrowser) => comm.send(message as unknown as IJsonObject);
  const browser = isObject(openData) ? openData['protocol'] : undefined;
  const mismatch = versionMismatch(browser);
  if (mismatch !== undefined) {
    const [message, ...fix] = mismatch.split(/(?<=\.) (?=Re)/);
    send({
      type: 'refused',
      error: { code: 'ProtocolMismatch', hop: 'kernel', message, ...(fix.length ? { fix: fix.join(' ') } : {}) }
    });
    comm.close();
    return;
  }
  const running = new Map<string, AbortController>();
  let stopWatching: (() => void) | undefined;
  let stopRuns: (() => void) | undefined;
  const onEvent: EventListener = (event, data) => send({ type: 'event', event, data });
  const unwatch = () => {
    stopWatching?.();
    stopWatching = undefined;
  };
  const watch = (ended: boolean) => {
    unwatch();
    const push = (list: IClusterList) => send({ type: 'event', event: 'clusters', data: list });
    stopWatching = control().watch(push, { ended });
  };

  const answer = async (id: string, method: string, params: unknown) => {
    const abort = new AbortController();
    running.set(id, abort);
    let reply: ReplyMessage;
    try {
      const values = (isObject(params) ? params : {}) as ControlMethods[ControlMethod]['params'];
      const result = await control().call(method as ControlMethod, values, { signal: abort.signal, onEvent });
      if (method === 'clusters.watch' && running.has(id)) {
        watch((values as { ended?: boolean }).ended === true);
      } else if (method === 'clusters.unwatch') {
        unwatch();
      } else if (/^runs\.(un)?watch$/.test(method)) {
        stopRuns?.();
        stopRuns =
          method === 'runs.watch' && running.has(id)
            ? control().watchRuns(list => onEvent('runs', list), values as IRunFilter)
            : undefined;
      }
      reply = { type: 'reply', id, ok: true, result };
    } catch (error) {
      reply = { type: 'reply', id, ok: false, error: errorInfo(error) };
    }
    // Cancelled or closed: nobody wants it.
    if (running.delete(id)) {
      send(reply);
    }
  };

  comm.onMessage = data => {
    if (!isObject(data)) {
      return;
    }
    const id = data['id'];
    if (data['type'] === 'request' && typeof id === 'string' && typeof data['method'] === 'string') {
      if (running.has(id)) {
        const error = errorInfo(
          new EmrError({ code: 'DuplicateRequest', hop: 'browser', message: `Request ${id} is under way already.` })
        );
        send({ type: 'reply', id, ok: false, error });
        return;
      }
      void answer(id, data['method'], data['params']);
    } else if (data['type'] === 'cancel' && typeof id === 'string') {
      running.get(id)?.abort();
      running.delete(id);
    }
  };
  comm.onClose = () => {
    unwatch();
    stopRuns?.();
    for (const abort of running.values()) {
      abort.abort();
    }
    running.clear();
  };
  send({ type: 'hello', protocol: PROTOCOL_VERSION, version: typeof __VERSION__ === 'string' ? __VERSION__ : 'dev' });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
