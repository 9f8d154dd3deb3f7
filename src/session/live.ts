import { EmrError } from '../protocol';

import type { LivyClient } from '../livy';
import type { ISessionStatus } from '../protocol';
import type { IEndpoint } from './connect/endpoint';
import type { SessionSettings } from './settings/settings';
import type { Taken } from './reattach/taken';
import type { IBindRequest } from './types';
import type { SessionWatch } from './life/watch';

/** A live session on a Livy. */
export interface ILive {
  client: LivyClient;
  endpoint: IEndpoint;
  id: number;
  name: string;
  request: IBindRequest;
  watch: SessionWatch;
  /** Number of the last statement that was posted. */
  lastStatement: number;
  /** Version text of Livy. */
  version?: string;
  settings: SessionSettings;
  dropped: string[];
  /** The user wants it to outlive the kernel. */
  kept: boolean;
  /** Statements of an earlier kernel that are followed to their end. */
  taken?: Taken;
  /** A cancelled statement whose driver code goes on. */
  lingering?: { id: number; since: string; cellId?: string };
  /** It has run R: its interpreter is there. */
  hasR?: boolean;
  /** A quick statement of ours that is under way; its number once Livy gave it one. */
  quick?: { id?: number };
}

/** Whether a session is known to be gone. */
export function isDead(live: ILive): boolean {
  return live.watch.lost.aborted;
}

/** What the driver is busy with besides the present cell, in words for a cell that waits. */
export function aheadOf(live: ILive): string | undefined {
  if (live.lingering) {
    return `Waiting: the driver is still busy with statement ${live.lingering.id}, whose cell was stopped`;
  }
  const first = live.taken?.running[0];
  return first && `Waiting: statement ${first.id}, which was running when the kernel came back, has not ended yet`;
}

/** What the driver does while no cell of this kernel runs. */
export function workOf(live: ILive): { state: 'busy' | 'idle'; statement: ISessionStatus['statement'] | undefined } {
  const taken = live.taken?.running[0];
  if (taken) {
    const { id, since, cellId } = taken;
    return { state: 'busy', statement: { id, since, ...(cellId === undefined ? {} : { cellId }) } };
  }
  const { lingering } = live;
  return lingering
    ? { state: 'busy', statement: { ...lingering, interrupted: true } }
    : { state: 'idle', statement: undefined };
}

/** The session is over because its user said so. */
export function endedByUser(id: number): EmrError {
  return new EmrError({
    code: 'SessionEnded',
    hop: 'livy',
    message: `Session ${id} was ended from this notebook, and what ran on it with it.`,
    fix: 'Connect again (%emr connect, or the toolbar’s EMR button); variables of the old session are gone.'
  });
}

/** The kernel goes, the session stays. */
export function leftError(id: number, name: string): EmrError {
  return new EmrError({
    code: 'KernelRestarted',
    hop: 'kernel',
    message: `The kernel ended; session ${id} ${name} and the statement that runs on it go on.`,
    fix: 'Connect again: the session is found, and the result of the statement is delivered.'
  });
}
