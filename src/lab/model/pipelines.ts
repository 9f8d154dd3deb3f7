import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IRun, IRunList, RunState } from '../../protocol';
import { RUN_END_STATES } from '../../protocol';
import type { IControl, IPipelines } from '../tokens';
import { WatchedModel } from './watched';

/** Pipelines and runs as the control kernel pushes them. */
export class PipelinesModel extends WatchedModel<IRunList> implements IPipelines {
  constructor(control: IControl) {
    super(control);
    control.event.connect((_, { event, data }) => {
      if (event === 'runs') {
        this.take(data);
      }
    });
  }

  get ended(): ISignal<IPipelines, IRun> {
    return this._ended;
  }

  isFollowed(runId: string): boolean {
    return this._followed.has(runId);
  }

  follow({ runId, state }: IRun): void {
    this._followed.add(runId);
    // It may come to its end before it is seen in a list for the first time.
    this._states.set(runId, state);
  }

  async run(pipeline: string, values: Record<string, string>, token: string): Promise<IRun> {
    const run = await this.control.request('runs.start', { pipeline, arguments: values, token });
    this.follow(run);
    void this.refresh();
    return run;
  }

  async cancel({ pipeline, runId }: IRun): Promise<void> {
    await this.control.request('runs.cancel', { pipeline, runId });
    await this.refresh();
  }

  async schedule(pipeline: string, enabled: boolean): Promise<void> {
    await this.control.request('schedule.set', { pipeline, enabled });
    await this.refresh();
  }

  protected override async watch(): Promise<void> {
    this.take(await this.control.request('runs.watch', {}));
  }

  protected override async ask(): Promise<void> {
    this.take(await this.control.request('runs.list', {}));
  }

  protected override onList({ runs }: IRunList): void {
    for (const run of runs) {
      const from = this._states.get(run.runId);
      this._states.set(run.runId, run.state);
      if (from !== undefined && !RUN_END_STATES.includes(from) && RUN_END_STATES.includes(run.state)) {
        this._ended.emit(run);
      }
    }
  }

  private readonly _ended = new Signal<IPipelines, IRun>(this);
  private readonly _states = new Map<string, RunState>();
  private readonly _followed = new Set<string>();
}
