/** One application: its states on the account's clock, what it gives to jobs and sessions, when it starts and stops by itself. */
import type {
  ApplicationState,
  CreateApplicationRequest,
  UpdateApplicationRequest
} from '@aws-sdk/client-emr-serverless';

import type { Clock } from '../clock';
import { serverlessId } from '../ids';
import { Ledger, readResources } from './resources';

/** Seconds of AWS's time that each change takes. */
export const PHASES = { creating: 5, starting: 30, stopping: 15 };

/** What an application is; the token is not part of it. */
export type ApplicationSpec = Omit<CreateApplicationRequest, 'clientToken'>;

const IDLE_MINUTES = 15;

export class Application {
  readonly id = serverlessId();
  readonly arn: string;
  readonly createdAt: Date;
  readonly ledger = new Ledger(() =>
    this.spec.maximumCapacity === undefined ? undefined : readResources(this.spec.maximumCapacity)
  );
  /** After every change of state. */
  readonly listeners = new Set<() => void>();
  /** After somebody gave back what it had. */
  readonly released = new Set<() => void>();
  tags: Record<string, string>;
  state: ApplicationState = 'CREATING';
  stateDetails?: string;
  updatedAt: Date;
  /** Jobs and sessions that have not ended. */
  private readonly users = new Set<object>();
  private cancelPhase: () => void = () => undefined;
  private cancelIdle?: () => void;

  constructor(
    public spec: ApplicationSpec,
    region: string,
    accountId: string,
    private readonly clock: Clock
  ) {
    this.arn = `arn:aws:emr-serverless:${region}:${accountId}:/applications/${this.id}`;
    this.createdAt = this.updatedAt = clock.now();
    this.tags = { ...spec.tags };
    this.cancelPhase = clock.after(PHASES.creating, () => this.transition('CREATED'));
  }

  get autoStart(): boolean {
    return this.spec.autoStartConfiguration?.enabled ?? true;
  }

  /** CREATED or STOPPED: it may be changed, and deleted. */
  get resting(): boolean {
    return this.state === 'CREATED' || this.state === 'STOPPED';
  }

  get busy(): boolean {
    return this.users.size > 0;
  }

  /** Begin to start it. Nothing where it starts or has started already. */
  start(): void {
    if (this.resting) {
      this.transition('STARTING');
      this.cancelPhase = this.clock.after(PHASES.starting, () => this.transition('STARTED'));
    }
  }

  /** Begin to stop it; nothing where it does not run. */
  stop(details?: string): void {
    if (this.state === 'STARTED' || this.state === 'STARTING') {
      this.cancelPhase();
      this.transition('STOPPING', details);
      this.cancelPhase = this.clock.after(PHASES.stopping, () => this.transition('STOPPED', details));
    }
  }

  terminate(): void {
    this.cancelPhase();
    this.transition('TERMINATED');
  }

  update(changes: Omit<UpdateApplicationRequest, 'applicationId' | 'clientToken'>): void {
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    this.spec = { ...this.spec, ...given };
    this.updatedAt = this.clock.now();
  }

  /**
   * Wait until it runs, and start it where it does not.
   *
   * @returns false: it was terminated, or stopped by somebody, in the meantime
   */
  async up(): Promise<boolean> {
    for (let asked = false; ;) {
      if (this.state === 'STARTED' || this.state === 'TERMINATED') {
        return this.state === 'STARTED';
      }
      if (this.resting) {
        if (asked) {
          return false;
        }
        asked = true;
        this.start();
      }
      await this.nextChange();
    }
  }

  /** Somebody uses it: it does not stop by itself until it is {@link leave | left}. */
  enter(user: object): void {
    this.users.add(user);
    this.watchIdle();
  }

  leave(user: object): void {
    this.users.delete(user);
    this.ledger.release(user);
    this.watchIdle();
    [...this.released].forEach(listener => listener());
  }

  dispose(): void {
    this.cancelPhase();
    this.cancelIdle?.();
  }

  private nextChange(): Promise<void> {
    return new Promise(resolve => {
      const listener = () => {
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }

  private transition(state: ApplicationState, details?: string): void {
    this.state = state;
    this.stateDetails = details;
    this.updatedAt = this.clock.now();
    this.watchIdle();
    [...this.listeners].forEach(listener => listener());
  }

  /** Idle: STARTED without a user. */
  private watchIdle(): void {
    this.cancelIdle?.();
    this.cancelIdle = undefined;
    const { enabled = true, idleTimeoutMinutes = IDLE_MINUTES } = this.spec.autoStopConfiguration ?? {};
    if (this.state === 'STARTED' && !this.busy && enabled) {
      this.cancelIdle = this.clock.after(idleTimeoutMinutes * 60, () =>
        this.stop(`The application was idle for ${idleTimeoutMinutes} minutes.`)
      );
    }
  }
}
