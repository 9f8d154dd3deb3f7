import type { Kind } from './kind';

/** In Livy's words. */
export type StatementState = 'waiting' | 'running' | 'available' | 'cancelling' | 'cancelled';

/** One statement. Its output is JSON text that the driver wrote; it is handed on unread. */
export class Statement {
  state: StatementState = 'waiting';
  /** Milliseconds since the epoch; 0: not yet. */
  started = 0;
  completed = 0;
  output: Buffer | null = null;
  /** Finished tasks of all tasks of its jobs, 0 to 1. */
  tasks = 0;

  constructor(
    readonly id: number,
    readonly code: string,
    readonly kind: Kind
  ) {}

  /** The body's pieces, in Livy's order; not one string, because an output may have 20 million characters. */
  render(): (string | Buffer)[] {
    return [
      `{"id":${this.id},"code":${JSON.stringify(this.code)},"state":"${this.state}","output":`,
      this.output ?? 'null',
      `,"progress":${this.progress()},"started":${this.started},"completed":${this.completed}}`
    ];
  }

  /** Java's text of a double: "1.0". */
  private progress(): string {
    const value =
      this.state === 'available' || this.state === 'cancelled' ? 1 : this.state === 'waiting' ? 0 : this.tasks;
    return Number.isInteger(value) ? value.toFixed(1) : String(value);
  }
}
