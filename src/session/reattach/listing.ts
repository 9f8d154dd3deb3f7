import { ENDED_STATES } from '../../livy';
import { userPart } from '../connect/names';
import { forgetRecord, kernelFate, readRecords } from './records';

import type { ILivySession, LivyClient } from '../../livy';
import type { ISessionRecord } from './records';

/** Whose a session is. */
export type Whose =
  /** This notebook's. */
  | 'here'
  /** The user's, and its kernel runs on this host. */
  | 'used'
  /** The user's, made to outlive its kernel, which is gone. */
  | 'kept'
  /** The user's, and its kernel is gone: nobody looks after it. */
  | 'orphan'
  /** The user's; nothing on this host tells whether its kernel runs. */
  | 'mine'
  /** Somebody else's, or one cannot know. */
  | 'other';

/** A session of Livy's list, with what can be known about it here. */
export interface IListed {
  session: ILivySession;
  whose: Whose;
  record?: ISessionRecord;
  /** Milliseconds since the epoch, by Livy's clock, when its last statement ended; 0: one runs now. Own ones only. */
  usedAt?: number;
}

export interface IListOptions {
  /** Address of Livy. */
  livy: string;
  /** Numbers of this notebook's sessions, one for each binding that is on this Livy. */
  here: number[];
  env: NodeJS.ProcessEnv;
}

/** Own sessions whose last statement is asked for, at most: each costs two requests. */
const ASK_AT_MOST = 20;

/**
 * All sessions that Livy shows, and whose they are. A session is the user's own where Livy gives it the same owner as
 * this notebook's; where Livy knows no owners, where a record of this user says so or its name was made for this user.
 */
export async function listOwned(client: LivyClient, options: IListOptions): Promise<IListed[]> {
  const sessions = await client.listSessions({ retryLimitMs: 5000 });
  const records = readRecords(options.env).filter(record => record.livy === options.livy);
  for (const record of records) {
    if (!sessions.some(session => session.name === record.name) && kernelFate(record) === 'gone') {
      forgetRecord(record, options.env);
    }
  }
  const owner = sessions.find(session => options.here.includes(session.id))?.owner;
  const listed = sessions.map(session => classify(session, owner, records, options));
  const asked = listed.filter(item => item.whose !== 'other' && !ENDED_STATES.includes(item.session.state));
  await Promise.all(
    asked.slice(0, ASK_AT_MOST).map(async item => {
      const [last] = await client
        .lastStatements(item.session.id, 1, { retryLimitMs: 0, timeoutMs: 3000 })
        .catch(() => []);
      if (last) {
        item.usedAt = last.completed ?? 0;
      }
    })
  );
  return listed;
}

function classify(
  session: ILivySession,
  owner: string | null | undefined,
  records: ISessionRecord[],
  { here, env }: IListOptions
): IListed {
  const record = records.find(item => item.name === session.name);
  const found = record ? { record } : {};
  if (here.includes(session.id)) {
    return { session, whose: 'here', ...found };
  }
  const made = record !== undefined || session.name?.startsWith(`${userPart(env)}-`) === true;
  if (owner || session.owner ? !owner || session.owner !== owner : !made) {
    return { session, whose: 'other' };
  }
  if (!record) {
    return { session, whose: 'mine' };
  }
  const fate = kernelFate(record);
  const whose = fate === 'running' ? 'used' : fate === 'unknown' ? 'mine' : record.kept ? 'kept' : 'orphan';
  return { session, whose, ...found };
}
