import { bindingOf, linksOf } from './binding';
import { Taken } from './taken';
import { SessionWatch } from '../life/watch';

import type { ILivySession } from '../../livy';
import type { EmrError, Language } from '../../protocol';
import type { ILive } from '../live';
import type { IStarted, IStored } from '../connect/start';
import type { StatusChange } from '../status';
import type { ITakenStatement } from './taken';
import type { IBindRequest } from '../types';

export interface IAdoptOptions {
  language: Language;
  /** Seconds. */
  heartbeat: number;
  stored: IStored | undefined;
  maxRows: number | undefined;
  onTaken: ((taken: ITakenStatement) => void) | undefined;
  onLost(live: ILive, error: EmrError, log?: string[]): void;
  onSeen(live: ILive, session: ILivySession): void;
  /** A statement that was taken up has ended. */
  onChange(live: ILive): void;
}

/** Make a session that takes statements the notebook's own: watch it, and follow what runs there already. */
export function adopt(
  request: IBindRequest,
  started: IStarted,
  options: IAdoptOptions
): { live: ILive; change: StatusChange } {
  const { client, endpoint, session, name, settings, version, dropped, kept, work } = started;
  const watch = new SessionWatch(
    client,
    session,
    endpoint,
    kept ? 0 : options.heartbeat,
    {
      onLost: (error, log) => options.onLost(live, error, log),
      onSeen: seen => options.onSeen(live, seen)
    },
    settings
  );
  // Said once: the next connect by the same words is no fresh one.
  const { fresh: _fresh, ...again } = request;
  const live: ILive = {
    client,
    endpoint,
    id: session.id,
    name,
    // By its id, whatever it was called by.
    request: { ...again, ...(endpoint.applicationId ? { applicationId: endpoint.applicationId } : {}) },
    settings,
    dropped,
    watch,
    lastStatement: work?.last ?? -1,
    kept,
    ...(version ? { version } : {})
  };
  const left = work ? [...(work.finished ? [work.finished] : []), ...work.unfinished] : [];
  if (left.length > 0) {
    live.taken = new Taken(live, left, {
      name,
      language: options.language,
      stored: options.stored,
      maxRows: options.maxRows,
      onTaken: options.onTaken,
      onChange: () => options.onChange(live)
    });
  }
  const binding = bindingOf(request, endpoint);
  return {
    live,
    change: {
      sessionId: session.id,
      log: undefined,
      reason: undefined,
      found: started.found,
      ...(binding ? { binding: { ...binding, sessionName: name, ...(kept ? { keep: true } : {}) } } : {}),
      ...linksOf(session, endpoint)
    }
  };
}
