/** The clock of the schedules: the wall clock, unless a test or a person puts it forward. */
import { AwsError } from '../errors';
import { uuid } from '../ids';
import { nextDue, type IExecution, type ISchedule } from './schedule';
import type { IPlaces } from './target';

/** A timer of Node's cannot be set further ahead. */
const LONGEST = 2 ** 31 - 1;
/** Executions that a schedule remembers. */
const KEPT = 50;
/** Occurrences that putting the clock forward takes up for one schedule. */
const MOST_AT_ONCE = 100;
/** Pause before the second attempt, in milliseconds; it doubles. */
const FIRST_PAUSE = 1000;

export interface IWheelParts {
  schedules(): Iterable<ISchedule>;
  start(schedule: ISchedule, places: IPlaces): Promise<object>;
  /** An `at` schedule has had its time, or the end date has passed. */
  completed(schedule: ISchedule): void;
}

export class Wheel {
  private ahead = 0;
  private timer?: NodeJS.Timeout;
  private readonly pauses = new Map<NodeJS.Timeout, () => void>();
  private disposed = false;

  constructor(private readonly parts: IWheelParts) {}

  now(): Date {
    return new Date(Date.now() + this.ahead);
  }

  /** When a schedule is due next; undefined where none is. */
  next(): Date | undefined {
    const due = [...this.parts.schedules()].flatMap(schedule => nextDue(schedule)?.getTime() ?? []);
    return due.length > 0 ? new Date(Math.min(...due)) : undefined;
  }

  /** Look again at what is due next: a schedule was made, changed or deleted. */
  arm(): void {
    clearTimeout(this.timer);
    const due = this.next();
    if (due && !this.disposed) {
      const wait = due.getTime() - this.now().getTime();
      this.timer = setTimeout(() => this.turn(), Math.max(0, Math.min(wait, LONGEST)));
      this.timer.unref();
    }
  }

  /** Put the clock forward. @returns the executions that this began, when they have ended */
  async forward(to: Date): Promise<IExecution[]> {
    this.ahead = Math.max(this.ahead, to.getTime() - Date.now());
    return Promise.all(this.turn());
  }

  /** Fire one now, as if it were due. */
  fire(schedule: ISchedule, scheduled = this.now()): Promise<IExecution> {
    const execution: IExecution = {
      id: uuid(),
      scheduledTime: scheduled.toISOString().replace(/\.\d+Z$/, 'Z'),
      attempts: 0,
      outcome: 'running'
    };
    schedule.executions = [...schedule.executions, execution].slice(-KEPT);
    return this.attempt(schedule, execution);
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.pauses.forEach((goOn, timer) => {
      clearTimeout(timer);
      goOn();
    });
  }

  /** Take up everything that is due. */
  private turn(): Promise<IExecution>[] {
    const begun: Promise<IExecution>[] = [];
    for (const schedule of [...this.parts.schedules()]) {
      for (let count = 0; count < MOST_AT_ONCE; count++) {
        const due = nextDue(schedule);
        if (!due || due > this.now()) {
          break;
        }
        schedule.last = due;
        begun.push(this.fireWithin(schedule, due));
      }
      if (schedule.last > schedule.modified && schedule.spec.State !== 'DISABLED' && !nextDue(schedule)) {
        this.parts.completed(schedule);
      }
    }
    this.arm();
    return begun;
  }

  /** A flexible time window: some time in it. Where the clock was put forward past it there is nothing to wait for. */
  private async fireWithin(schedule: ISchedule, due: Date): Promise<IExecution> {
    const { Mode, MaximumWindowInMinutes = 0 } = schedule.spec.FlexibleTimeWindow ?? {};
    if (Mode === 'FLEXIBLE' && this.ahead === 0) {
      await this.pause(Math.random() * MaximumWindowInMinutes * 60_000);
    }
    return this.fire(schedule, due);
  }

  private async attempt(schedule: ISchedule, execution: IExecution): Promise<IExecution> {
    const { MaximumRetryAttempts = 185, MaximumEventAgeInSeconds = 86_400 } = schedule.spec.Target?.RetryPolicy ?? {};
    const begun = Date.now();
    while (!this.disposed) {
      execution.attempts++;
      try {
        const places = { ...execution, executionId: execution.id, attempt: execution.attempts };
        execution.answer = await this.parts.start(schedule, places);
        execution.outcome = 'ok';
        return execution;
      } catch (error) {
        const known =
          error instanceof AwsError ? error : new AwsError('InternalFailure', (error as Error).message, 500);
        execution.outcome = known.code;
        execution.message = known.message;
        // What was refused for good is refused again.
        const isPassing = known.status >= 500 || /Throttl|TooManyRequests/.test(known.code);
        const pause = FIRST_PAUSE * 2 ** Math.min(execution.attempts - 1, 6);
        if (
          !isPassing ||
          execution.attempts > MaximumRetryAttempts ||
          Date.now() + pause - begun > MaximumEventAgeInSeconds * 1000
        ) {
          return execution;
        }
        await this.pause(pause);
      }
    }
    return execution;
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.pauses.delete(timer);
        resolve();
      }, milliseconds);
      this.pauses.set(timer, resolve);
    });
  }
}
