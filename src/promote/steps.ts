/** The steps of a deployment: shown as they go, and how to take back what each did. */
import type { IDeployStep } from '../protocol';
import { errorInfo } from '../protocol';

const TAKEN_BACK = 'taken back';
const NOT_TAKEN_BACK = 'could not be taken back';

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
    private readonly tell: (steps: IDeployStep[]) => void = () => undefined,
    /** Looked at between two steps: what a step sends it lets come to its end, so that nothing is made unseen. */
    private readonly signal?: AbortSignal
  ) {
    this.list = steps.map(([id, label]) => ({ id, label, status: 'pending' }));
  }

  /** @throws what the step threw, which stands in its `error` */
  async run<R>(id: string, work: () => Promise<IStepResult<R>>): Promise<R> {
    this.signal?.throwIfAborted();
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

  /** Something to take back that a step has done: it may fail yet. */
  remember(id: string, undo: () => Promise<void>): void {
    this.undos.push({ id, undo });
  }

  /** Take back what was done, the last first. What cannot be taken back is said, and the rest goes on. */
  async undo(): Promise<void> {
    for (const { id, undo } of this.undos.reverse()) {
      try {
        await undo();
        const step = this.list.find(one => one.id === id);
        this.set(id, { status: step?.status === 'failed' ? 'failed' : 'removed', detail: TAKEN_BACK });
      } catch (error) {
        this.set(id, { status: 'failed', detail: NOT_TAKEN_BACK, error: errorInfo(error) });
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

/** What a deployment that stopped half-way leaves, in sentences; undefined where it had made nothing. */
export function leftText(steps: readonly IDeployStep[], pipeline: string): string | undefined {
  const named = (statuses: readonly IDeployStep['status'][], also: (step: IDeployStep) => boolean = () => true) =>
    steps
      .filter(step => statuses.includes(step.status) && also(step))
      .map(({ label, detail }) => (detail ? `${label} (${detail})` : label));
  const undone = ({ detail }: IDeployStep): boolean => detail === TAKEN_BACK;
  const stuck = steps.filter(({ detail }) => detail === NOT_TAKEN_BACK);
  const kept = [
    ...named(['created', 'changed']),
    ...named(['removed'], step => !undone(step)).map(text => `${text} removed`)
  ];
  const sentences: string[] = [];
  if (steps.some(step => undone(step))) {
    sentences.push('What it had done was taken back.');
  }
  if (stuck.length > 0) {
    sentences.push(
      `Could not be taken back: ${stuck.map(({ label, error }) => `${label} (${error?.message ?? ''})`).join(', ')}.`
    );
  }
  if (kept.length > 0) {
    sentences.push(`Done until then, and kept: ${kept.join(', ')}.`);
  }
  if (kept.length > 0 || stuck.length > 0) {
    sentences.push(
      `Deploying ${pipeline} again goes on from there; "jupyter emr runs ${pipeline} --remove" takes it away.`
    );
  }
  return sentences.length > 0 ? sentences.join(' ') : undefined;
}
