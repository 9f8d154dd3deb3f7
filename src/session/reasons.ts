import { EmrError } from '../protocol';

import type { ILivySession } from '../livy';

const BIND_AGAIN = 'Connect again (%emr connect, or the toolbar’s EMR button); variables of the old session are gone.';

/** Livy does not know the session any more. */
export function endedError(id: number): EmrError {
  return new EmrError({
    code: 'SessionEnded',
    hop: 'livy',
    message: `Session ${id} has ended: Livy does not know it any more (it was idle too long, or somebody ended it).`,
    fix: BIND_AGAIN
  });
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

/** Renewed credentials do not see the session. */
export function strangerError(id: number): EmrError {
  return new EmrError({
    code: 'SessionNotVisible',
    hop: 'livy',
    message: `The renewed session credentials do not see session ${id} any more: Livy takes them for another owner.`,
    fix: BIND_AGAIN
  });
}

/** The session died; the log says why. */
export function deadError(session: ILivySession, fullLog: string[]): EmrError {
  const log = tidyLog(fullLog);
  const cause = causeIn(log);
  return new EmrError({
    code: 'SessionLost',
    hop: 'spark',
    message: `Session ${session.id} is ${session.state}${cause ? `: ${cause}` : session.state === 'error' ? ': its interpreter has died' : ': its Spark driver has ended'}.`,
    fix: BIND_AGAIN,
    ...(log.length ? { detail: log.slice(-8).join('\n') } : {})
  });
}

/** The session did not come up. */
export function notStartedError(session: ILivySession, fullLog: string[]): EmrError {
  const log = tidyLog(fullLog);
  const cause = causeIn(log);
  return new EmrError({
    code: 'SessionNotStarted',
    hop: 'spark',
    message: `The Spark session did not start (${session.state})${cause ? `: ${cause}` : '.'}`,
    fix: 'See the log below; too little memory, a bad %%configure and a missing permission of the runtime role are the usual causes.',
    ...(log.length ? { detail: log.slice(-12).join('\n') } : {})
  });
}

/** Livy's log without its headings and empty lines. */
export function tidyLog(log: string[] | undefined): string[] {
  return (log ?? [])
    .map(line => line.trim())
    .filter(line => line && !/^(stdout|stderr|YARN Diagnostics):\s*$/i.test(line));
}

/** The line of a log that tells most. */
export function causeIn(log: string[]): string | undefined {
  const lines = log.map(line => line.trim()).filter(Boolean);
  const told =
    lines.find(line => /OutOfMemory|exceed.* memory limits|Exit code is 137|Required executor memory/i.test(line)) ??
    [...lines].reverse().find(line => /^(\S+\.)?\w*(Exception|Error)\b.*:/.test(line)) ??
    [...lines].reverse().find(line => /\b(Exception|Error|denied|killed|failed)\b/i.test(line));
  return told?.replace(/^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d \w+ /, '').slice(0, 300);
}
