import { EmrError } from '../../protocol';
import { findCause, tidyLog } from './causes';

import type { ILivySession } from '../../livy';
import type { IClusterInfo } from '../connect/ports';

export { tidyLog } from './causes';

const BIND_AGAIN = 'Connect again (%emr connect, or the toolbar’s EMR button); variables of the old session are gone.';
/** Livy's own idle limit, unless its administrator set another. */
const USUAL_LIMIT_MS = 3_600_000;

/** What this kernel knows about a session that Livy does not know any more. Times in milliseconds. */
export interface IEvidence {
  /** Since it was last used by us, as Livy counts it. */
  quietMs: number;
  /** Since Livy last heard of this kernel. */
  unheardMs: number;
  /** Its idle limit, where it is known. */
  limitMs?: number;
  /** After so long unheard Livy ends it; 0: never. */
  heartbeatMs: number;
  /** Livy could not be reached in between. */
  wasAway: boolean;
}

/** Livy does not know the session any more. */
export function endedError(id: number, evidence?: IEvidence): EmrError {
  return new EmrError({
    code: 'SessionEnded',
    hop: 'livy',
    message: `Session ${id} has ended: ${evidence ? whyEnded(evidence) : 'Livy does not know it any more (it was idle too long, or somebody ended it)'}.`,
    fix: BIND_AGAIN
  });
}

/** Livy does not tell why it forgot a session: what fits what we know, and no more certain than that. */
function whyEnded({ quietMs, unheardMs, limitMs, heartbeatMs, wasAway }: IEvidence): string {
  if (heartbeatMs > 0 && unheardMs > heartbeatMs) {
    return `Livy had not heard of this kernel for ${duration(unheardMs)} (this host slept, or was cut off from the cluster) and ends such a session after ${duration(heartbeatMs)}`;
  }
  if (limitMs !== undefined && quietMs > limitMs * 0.95) {
    return `it was idle for ${duration(quietMs)}, and its idle limit is ${duration(limitMs)}`;
  }
  if (wasAway) {
    return 'Livy was away and does not know it any more, so Livy was started anew';
  }
  if (limitMs === undefined && quietMs > USUAL_LIMIT_MS * 0.95) {
    return `it was idle for ${duration(quietMs)}, and Livy ends what is idle for long (an hour, unless its administrator set another limit)`;
  }
  return quietMs > 60_000
    ? `Livy does not know it any more: it was idle for ${duration(quietMs)}, which may be this Livy’s limit, or somebody ended it`
    : 'somebody ended it through Livy while it was in use, or Livy was started anew';
}

/** Livy lost its memory (a restart without recovery) and gave our number to another session. */
export function foreignError(id: number): EmrError {
  return new EmrError({
    code: 'SessionEnded',
    hop: 'livy',
    message: `Session ${id} has ended: Livy was started anew, and its number ${id} belongs to another session now.`,
    fix: BIND_AGAIN
  });
}

/**
 * Whether what Livy shows under a number is still our session: names are unique.
 *
 * @param shown - our session as this Livy showed it before: one that shows no names never does
 */
export function isSameSession(shown: ILivySession, seen: ILivySession): boolean {
  const differ = (one: string | null | undefined, other: string | null | undefined): boolean =>
    Boolean(one && other && one !== other);
  return !(
    (shown.name && shown.name !== seen.name) ||
    differ(shown.owner, seen.owner) ||
    differ(shown.appId, seen.appId)
  );
}

/**
 * Renewed credentials do not reach the session.
 *
 * @param shown - Livy shows it, but lets us do nothing
 */
export function strangerError(id: number, shown = false): EmrError {
  return new EmrError({
    code: 'SessionNotVisible',
    hop: 'livy',
    message: shown
      ? `The renewed session credentials may not use session ${id}: Livy takes them for another owner.`
      : `Since the session credentials were renewed Livy does not show session ${id}: it takes them for another owner, or the session ended at the same time.`,
    fix: `${BIND_AGAIN} The old session stays on the cluster until its idle limit; who runs the cluster can end it.`
  });
}

/** The session died; the log says why. */
export function deadError(session: ILivySession, fullLog: string[]): EmrError {
  const log = tidyLog(fullLog);
  const cause = findCause(fullLog);
  const text = cause?.text ?? STATE_TEXTS[session.state] ?? 'its Spark driver has ended';
  return new EmrError({
    code: 'SessionLost',
    hop: 'spark',
    message: `Session ${session.id} is ${session.state}: ${text.replace(/\.$/, '')}.`,
    fix: [cause?.fix, BIND_AGAIN].filter(Boolean).join(' '),
    ...(log.length ? { detail: log.slice(-8).join('\n') } : {})
  });
}

/** What a state means where the log says nothing. */
const STATE_TEXTS: Record<string, string> = {
  error: 'its interpreter has died',
  killed: 'it was killed, on YARN or through Livy',
  shutting_down: 'somebody is ending it through Livy',
  success: 'its Spark driver ended by itself (sys.exit, spark.stop)'
};

/** Seen on a Livy of a busy host: nothing in its log says so. */
const GAVE_UP =
  'Livy is ending it: its driver did not report in time (90 s, unless its administrator set another livy.rsc.server.connect.timeout), or somebody ended it.';

/** The session did not come up. */
export function notStartedError(session: ILivySession, fullLog: string[]): EmrError {
  const log = tidyLog(fullLog);
  const cause = findCause(fullLog);
  const text = cause?.text ?? (session.state === 'shutting_down' ? GAVE_UP : undefined);
  return new EmrError({
    code: 'SessionNotStarted',
    hop: 'spark',
    message: `The Spark session did not start (${session.state})${text ? `: ${text}` : '.'}`,
    fix:
      cause?.fix ??
      'See the log below; too little memory, a bad %%configure and a missing permission of the runtime role are the usual causes.',
    ...(log.length ? { detail: log.slice(-12).join('\n') } : {})
  });
}

/** Whether a cluster with this word of EMR's has ended or is about to. */
export function isGone(state: string): boolean {
  return state.startsWith('TERMINAT');
}

/** Why and when a cluster ended. */
export function goneError(cluster: IClusterInfo): EmrError {
  const why = cluster.reason?.message ?? cluster.reason?.code;
  const when = cluster.endedAt ? ` at ${cluster.endedAt.toISOString().replace(/\.\d+Z$/, 'Z')}` : '';
  const verb = cluster.state === 'TERMINATING' ? 'is terminating' : `ended${when}`;
  return new EmrError({
    code: cluster.state === 'TERMINATED_WITH_ERRORS' ? 'ClusterFailed' : 'ClusterTerminated',
    hop: 'emr',
    message: `Cluster ${label(cluster)} ${verb}${why ? `: ${why.replace(/\.$/, '')}` : ''}.`,
    fix: 'Connect to another cluster (%emr clusters) or make one in the sidebar or with %emr provision.',
    // EMR names nobody; Service Catalog's records name who launched, not who ended.
    ...(cluster.reason?.code === 'USER_REQUEST'
      ? { detail: `Who asked for it: the event TerminateJobFlows for ${cluster.id} in CloudTrail.` }
      : {})
  });
}

/** `j-… (name)`. */
export function label(cluster: IClusterInfo): string {
  return cluster.name ? `${cluster.id} (${cluster.name})` : cluster.id;
}

/** `45 s`, `12 min`, `1 h 3 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) {
    return `${seconds} s`;
  }
  const minutes = Math.round(seconds / 60);
  const rest = minutes % 60;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ''}`;
}
