import { ENDED_STATES } from '../../livy';
import { EmrError } from '../../protocol';
import { userPart } from '../connect/names';
import { isQuick } from '../statement/quick';

import type { ILivySession, ILivyStatement, LivyClient } from '../../livy';

/** Statements of a found session that are looked at: the last ones. */
const LOOK_AT = 20;

/** The session that a notebook had, or that the user names. */
export interface IWanted {
  name: string;
  /** The user gave the name now; else it was stored in the notebook, which may have come from anybody. */
  explicit: boolean;
  /** Name of the user whom Livy sees in our credentials, where we know it. */
  owner?: string | undefined;
  env: NodeJS.ProcessEnv;
}

/** The notebook's own session, or why it cannot be taken up. */
export type Found =
  | { session: ILivySession }
  /** Nothing of that name. */
  | { session?: undefined; gone: string; stranger?: undefined }
  /** Somebody else's has that name. */
  | { session?: undefined; gone: string; stranger: ILivySession };

/**
 * Look for the session of a name and see whether it is ours: same owner; where Livy knows no owners, or the name was
 * stored in the notebook, a name that was made for this user; and one that takes every language, as ours do.
 */
export async function findOwn(
  client: LivyClient,
  wanted: IWanted,
  options: { signal?: AbortSignal; retryLimitMs: number }
): Promise<Found> {
  const { name } = wanted;
  const session = (await client.listSessions(options)).find(item => item.name === name);
  if (!session) {
    return { gone: `Session ${name} is gone: it was ended, or nobody looked after it for too long.` };
  }
  const what = `Session ${session.id} ${name}`;
  if (!isOwn(session, wanted)) {
    // Livy takes it for ours, but the notebook is somebody's whom this host does not know.
    const hint = isOwn(session, { ...wanted, explicit: true })
      ? ` %emr connect --session-name ${name} takes it up.`
      : '';
    const why = isShared(session)
      ? `is somebody else’s${session.owner ? ` (${session.owner})` : ''}`
      : `takes ${session.kind} only, so it was not made by a kernel of ours`;
    return { gone: `${what} ${why}.${hint}`, stranger: session };
  }
  if (ENDED_STATES.includes(session.state)) {
    // It would keep its name, and memory, until Livy forgets it.
    await client.deleteSession(session.id, { timeoutMs: 10_000, tries: 1 }).catch(() => undefined);
    return { gone: `${what} is gone: it is ${session.state}.` };
  }
  return { session };
}

function isShared({ kind }: ILivySession): boolean {
  return kind === undefined || kind === 'shared';
}

function isOwn(session: ILivySession, wanted: IWanted): boolean {
  const { name, owner } = session;
  if (!isShared(session)) {
    return false;
  }
  if (owner && wanted.owner !== undefined && owner !== wanted.owner) {
    return false;
  }
  const known = Boolean(owner) && wanted.owner !== undefined;
  return (known && wanted.explicit) || name?.startsWith(`${userPart(wanted.env)}-`) === true;
}

/** A name that is asked for has to be free: Livy's refusal uses up a number, and it would end somebody's start. */
export function nameTakenError(taken: ILivySession, env: NodeJS.ProcessEnv): EmrError {
  return new EmrError({
    code: 'SessionNameTaken',
    hop: 'livy',
    message: `There is a session named ${taken.name} on this Livy already, which is not this notebook’s: session ${taken.id}, ${taken.state}${taken.owner ? `, of ${taken.owner}` : ''}.`,
    fix: `Take another --session-name, or leave it out: then the name is made from user and notebook. One that begins with "${userPart(env)}-" is taken for yours and found again.`
  });
}

/** What a found session is doing. */
export interface IWork {
  /** Statements of cells that have not ended, oldest first. */
  unfinished: ILivyStatement[];
  /** The stored statement, where it ended while no kernel looked. */
  finished?: ILivyStatement;
  /** Number of the last statement. */
  last: number;
  /** Milliseconds since the epoch, on Livy's clock, when the last one ended. */
  usedAt?: number;
}

/**
 * Look at the last statements of a session.
 *
 * @param stored - number of the statement that was running when the notebook was last seen
 */
export async function lookAtWork(client: LivyClient, id: number, stored: number | undefined): Promise<IWork> {
  const statements = await client.lastStatements(id, LOOK_AT, { retryLimitMs: 10_000 });
  const cells = statements.filter(item => !isQuick(item.code));
  const unfinished = cells.filter(({ state }) => state === 'waiting' || state === 'running' || state === 'cancelling');
  // A later one was posted by a kernel that had seen this one end.
  const newest = cells.at(-1);
  const finished = newest && newest.id === stored && unfinished.length === 0 ? newest : undefined;
  const usedAt = Math.max(0, ...statements.map(({ completed }) => completed ?? 0));
  return {
    unfinished,
    last: statements.at(-1)?.id ?? -1,
    ...(finished ? { finished } : {}),
    ...(usedAt > 0 ? { usedAt } : {})
  };
}

/** One sentence on a session that was taken up. */
export function foundText(session: ILivySession, work: IWork, now = Date.now()): string {
  const minutes = work.usedAt === undefined ? undefined : Math.max(0, Math.round((now - work.usedAt) / 60_000));
  const running = work.unfinished[0];
  const doing = running
    ? `still running statement ${running.id}`
    : [session.state, minutes === undefined ? '' : minutes < 1 ? 'used just now' : `last used ${span(minutes)} ago`]
        .filter(Boolean)
        .join(', ');
  return `Found session ${session.id} ${session.name}, ${doing}: variables are as they were; %emr connect --fresh starts anew.`;
}

function span(minutes: number): string {
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
