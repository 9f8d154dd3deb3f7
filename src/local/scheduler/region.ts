/** The schedules of one region. */
import type { IExecution, ISchedule, Spec } from './schedule';
import { start, type ITargetParts } from './target';
import { Wheel } from './wheel';

/** A schedule as the control route shows it. */
export interface IScheduleReport {
  name: string;
  state: string;
  expression: string;
  executions: IExecution[];
}

export class SchedulerRegion {
  readonly schedules = new Map<string, ISchedule>();
  /** What was made with a client token. */
  readonly tokens = new Map<string, Spec>();
  readonly wheel: Wheel;

  constructor(name: string, parts: ITargetParts) {
    this.wheel = new Wheel({
      schedules: () => this.schedules.values(),
      start: (schedule, places) => start(parts, name, schedule, places),
      completed: schedule => {
        if (schedule.spec.ActionAfterCompletion === 'DELETE') {
          this.remove(schedule);
        }
      }
    });
  }

  remove(schedule: ISchedule): void {
    this.schedules.delete(schedule.name);
    this.tokens.forEach((spec, token) => {
      if (spec.Name === schedule.name) {
        this.tokens.delete(token);
      }
    });
    this.wheel.arm();
  }

  report(): IScheduleReport[] {
    return [...this.schedules.values()].map(({ name, spec, executions }) => ({
      name,
      state: spec.State ?? 'ENABLED',
      expression: spec.ScheduleExpression ?? '',
      executions
    }));
  }

  dispose(): void {
    this.wheel.dispose();
  }
}
