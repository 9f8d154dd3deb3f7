/** The steps of a deployment: shown as they go, and how to take back what each did. */
import type { IDeployStep } from '../protocol';
import { errorInfo } from '../protocol';

/** What a step says when it is over. */
export interface IStepResult<R> {
  status: Extract<IDeployStep['status'], 'created' | 'changed' | 'unchanged' | 'skipped' | 'removed'>;
  detail?: string;
  value: R;
  /** Takes back what the step did. */
  undo?: (() => Promise<void>) | undefined;
}

/** Runs steps one after the other, and tells all of them at each change. */
export class Steps {
  readonly list: IDeployStep[];
  private readonly undos: { id: string; undo: () => Promise<void> }[] = [];

  constructor(
    steps: readonly (readonly [id: string, label: string])[],
    private readonly tell: (steps: IDeployStep[]) => void = () => undefined
  ) {
    this.list = steps.map(([id, label]) => ({ id, label, status: 'pending' }));
  }

  /** @throws what the step threw, which stands in its `error` */
  async run<R>(id: string, work: () => Promise<IStepResult<R>>): Promise<R> {
    this.set(id, { status: 'active' });
    try {
      const { status, detail, value, undo } = await work();
      if (undo) {
        this.undos.push({ id, undo });
      }
      this.set(id, { status, ...(detail === undefined ? {} : { detail }) });
      return value;
    } catch (error) {
      this.set(id, { status: 'failed', error: errorInfo(error) });
      throw error;
    }
  }

  /** Something to take back that a step did before it failed. */
  remember(id: string, undo: () => Promise<void>): void {
    this.undos.push({ id, undo });
  }

  /** Take back what was done, the last first. What cannot be taken back is said, and the rest goes on. */
  async undo(): Promise<void> {
    for (const { id, undo } of this.undos.reverse()) {
      try {
        await undo();
        const step = this.list.find(one => one.id === id);
        this.set(id, { status: step?.status === 'failed' ? 'failed' : 'removed', detail: 'taken back' });
      } catch (error) {
        this.set(id, { status: 'failed', detail: 'could not be taken back', error: errorInfo(error) });
      }
    }
    this.undos.length = 0;
  }

  private set(id: string, change: Partial<IDeployStep>): void {
    const at = this.list.findIndex(one => one.id === id);
    const step = this.list[at];
    if (step) {
      this.list[at] = { ...step, ...change };
      this.tell(this.list.map(one => ({ ...one })));
    }
  }
}
