/** The phases of a cluster's life with the time each took. Pure. */
import type { ClusterState, IPhase } from '../protocol';

/** What is known about a cluster's life. Times in ms since the epoch. */
export interface ILife {
  state: ClusterState;
  /** When Service Catalog was asked; undefined for a cluster made another way. */
  requestedAt?: number;
  createdAt?: number;
  readyAt?: number;
  endedAt?: number;
  /** When a state was seen to begin: AWS does not say it. */
  observed: Partial<Record<string, number>>;
  /** When the teardown was asked for, where it is known. */
  terminateAt?: number;
  /** Why it ended, EMR's code: tells in which phase an unobserved failure fell. */
  reasonCode?: string;
  /** The start-up failed (not: ended on purpose). */
  failed: boolean;
}

const LABELS: Record<string, string> = {
  requested: 'Requested',
  starting: 'Starting instances',
  bootstrapping: 'Bootstrapping',
  running: 'Starting applications and steps',
  ready: 'Ready',
  terminating: 'Terminating',
  terminated: 'Terminated'
};

const START_UP = ['requested', 'starting', 'bootstrapping', 'running', 'ready'];

/** The phases in order; those that will not come any more are left out. */
export function timeline(life: ILife): IPhase[] {
  const order = START_UP.filter(id => id !== 'requested' || life.requestedAt !== undefined);
  const starts: Record<string, number | undefined> = {
    requested: life.requestedAt,
    starting: life.createdAt ?? life.observed['STARTING'],
    bootstrapping: life.observed['BOOTSTRAPPING'],
    running: life.observed['RUNNING'],
    ready: life.readyAt ?? life.observed['WAITING'],
    terminating: life.observed['TERMINATING'] ?? life.terminateAt,
    terminated: life.endedAt ?? life.observed['TERMINATED'] ?? life.observed['TERMINATED_WITH_ERRORS']
  };
  // RUNNING may be seen after it was ready (a later step): it is no part of the start-up then.
  if (starts['ready'] !== undefined && (starts['running'] ?? 0) > starts['ready']) {
    starts['running'] = undefined;
  }
  const current = startPhase(life);
  const ending = ['TERMINATING', 'TERMINATED', 'TERMINATED_WITH_ERRORS'].includes(life.state);
  const stopped = ending || life.state === 'FAILED';
  const reached = order.indexOf(stopped ? lastReached(life, starts) : current);
  const failedAt = stopped && life.failed && starts['ready'] === undefined ? reached : -1;
  const phases: IPhase[] = [];
  order.forEach((id, index) => {
    if (stopped && index > reached) {
      return;
    }
    const isReady = id === 'ready' && index === reached;
    const status =
      index === failedAt
        ? 'failed'
        : index < reached || stopped || isReady
          ? 'done'
          : index === reached
            ? 'active'
            : 'pending';
    if (id === 'running' && status === 'done' && starts['running'] === undefined) {
      // EMR calls a cluster ready as soon as it runs: there was no such phase.
      return;
    }
    const after = [...order.slice(index + 1), 'terminating', 'terminated'].find(next => starts[next] !== undefined);
    const ended = status === 'done' || status === 'failed';
    // Ready goes on until the teardown.
    const end = ended && after !== undefined && (!isReady || ending) ? starts[after] : undefined;
    phases.push(phase(id, status, status === 'pending' ? undefined : starts[id], end));
  });
  if (ending) {
    const over = life.state !== 'TERMINATING';
    phases.push(
      phase('terminating', over ? 'done' : 'active', starts['terminating'], over ? starts['terminated'] : undefined)
    );
    phases.push(phase('terminated', over ? 'done' : 'pending', over ? starts['terminated'] : undefined, undefined));
  }
  return phases;
}

function startPhase(life: ILife): string {
  switch (life.state) {
    case 'REQUESTED':
      return 'requested';
    case 'STARTING':
      return 'starting';
    case 'BOOTSTRAPPING':
      return 'bootstrapping';
    case 'RUNNING':
      return life.readyAt === undefined ? 'running' : 'ready';
    default:
      return 'ready';
  }
}

/** How far a start-up came that is over now. */
function lastReached(life: ILife, starts: Record<string, number | undefined>): string {
  const seen = [...START_UP].reverse().find(id => starts[id] !== undefined) ?? 'starting';
  if (seen === 'starting' && (life.reasonCode ?? '').includes('BOOTSTRAP')) {
    return 'bootstrapping';
  }
  return seen;
}

function phase(id: string, status: IPhase['status'], start: number | undefined, end: number | undefined): IPhase {
  return {
    id,
    label: LABELS[id],
    status,
    ...(start === undefined ? {} : { startedAt: new Date(start).toISOString() }),
    // Two clocks are at work (AWS's and ours): a phase never ends before it began.
    ...(end === undefined ? {} : { endedAt: new Date(Math.max(end, start ?? end)).toISOString() })
  };
}
