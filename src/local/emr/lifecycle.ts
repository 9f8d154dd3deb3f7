/** The states that a cluster goes through and when: no Livy, no AWS shapes, so that it can be tested by itself. */
import type { Clock } from '../clock';
import { PHASES, type Details, type Reason, type State } from './types';

/** What the cluster does on the way. */
export interface ILifecycleHooks {
  /** Its master node exists: start what runs on it. The cluster waits in BOOTSTRAPPING until it is done. */
  bootstrap(): Promise<void>;
  /** It is ending: stop what runs on it. The cluster waits in TERMINATING until it is done. */
  shutDown(): Promise<void>;
  /** After every change of state. */
  changed(state: State): void;
}

/** How it goes wrong, told when it goes wrong. */
export interface IFailure {
  reason: Reason;
  details: Details;
}

const ENDED: readonly State[] = ['TERMINATED', 'TERMINATED_WITH_ERRORS'];

export class Lifecycle {
  state: State = 'STARTING';
  reason: Reason = {};
  details: Details = [];
  readonly createdAt: Date;
  /** Its nodes exist since then. */
  bootstrappingAt?: Date;
  readyAt?: Date;
  endedAt?: Date;
  private cancel: () => void = () => undefined;
  private failed = false;

  /**
   * @param failure - bootstrap fails with it
   * @param existing - it is WAITING already, since then
   * @param keepAlive - false: it ends by itself once it runs
   */
  constructor(
    private readonly clock: Clock,
    private readonly hooks: ILifecycleHooks,
    private readonly plan: { failure?: () => IFailure; existing?: Date; keepAlive: boolean }
  ) {
    this.createdAt = plan.existing ?? clock.now();
    if (plan.existing) {
      const after = (seconds: number) => new Date(this.createdAt.getTime() + seconds * 1000);
      this.bootstrappingAt = after(PHASES.starting);
      this.readyAt = after(PHASES.starting + PHASES.bootstrapping);
      this.state = 'WAITING';
      this.reason = { Message: WAITING_MESSAGE };
    } else {
      this.cancel = clock.after(PHASES.starting, () => void this.bootstrap());
    }
  }

  get ended(): boolean {
    return ENDED.includes(this.state);
  }

  /** RUNNING or WAITING. */
  get up(): boolean {
    return this.state === 'RUNNING' || this.state === 'WAITING';
  }

  /** Begin to end it; nothing where it is ending. */
  terminate(reason: Reason, details: Details = [], failed = false): void {
    if (this.ended || this.state === 'TERMINATING') {
      return;
    }
    this.cancel();
    this.failed = failed;
    this.details = details;
    this.enter('TERMINATING', reason);
    void this.shutDown();
  }

  private async bootstrap(): Promise<void> {
    this.bootstrappingAt = this.clock.now();
    this.enter('BOOTSTRAPPING', {});
    const enough = new Promise<void>(resolve => (this.cancel = this.clock.after(PHASES.bootstrapping, resolve)));
    if (this.plan.failure) {
      await enough;
      const { reason, details } = this.plan.failure();
      this.terminate(reason, details, true);
      return;
    }
    try {
      await Promise.all([this.hooks.bootstrap(), enough]);
    } catch (error) {
      const message = `Livy did not start on the master node: ${(error as Error).message}`;
      this.terminate(
        { Code: 'BOOTSTRAP_FAILURE', Message: message },
        [{ ErrorCode: 'INTERNAL_ERROR_EC2_INSTANCE', ErrorMessage: message }],
        true
      );
      return;
    }
    if (this.state !== 'BOOTSTRAPPING') {
      return; // it was terminated meanwhile
    }
    this.readyAt = this.clock.now();
    this.enter('RUNNING', { Message: 'Running step' });
    this.cancel = this.clock.after(PHASES.running, () => {
      if (this.plan.keepAlive) {
        this.enter('WAITING', { Message: WAITING_MESSAGE });
      } else {
        this.terminate({ Code: 'ALL_STEPS_COMPLETED', Message: 'Steps completed' });
      }
    });
  }

  private async shutDown(): Promise<void> {
    await Promise.all([
      this.hooks.shutDown(),
      new Promise<void>(resolve => (this.cancel = this.clock.after(PHASES.terminating, resolve)))
    ]);
    this.endedAt = this.clock.now();
    this.enter(this.failed ? 'TERMINATED_WITH_ERRORS' : 'TERMINATED', this.reason);
  }

  private enter(state: State, reason: Reason): void {
    this.state = state;
    this.reason = reason;
    this.hooks.changed(state);
  }
}

const WAITING_MESSAGE = 'Cluster ready to run steps.';
