import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IErrorInfo, IRun, IRunList, RunState } from '../../protocol';
import { RUN_END_STATES, errorInfo } from '../../protocol';
import type { IControl, IPipelines } from '../tokens';

/** Pipelines and runs as the control kernel pushes them; asks again after each change of the kernel. */
export class PipelinesModel implements IPipelines {
  constructor(readonly control: IControl) {
    control.event.connect((_, { event, data }) => {
      if (event === 'runs') {
        this._take(data);
      }
    });
    control.opened.connect(() => {
      if (this._started) {
        void this._load('runs.watch');
      }
    });
    control.stateChanged.connect(() => this._changed.emit());
  }

  get list(): IRunList | null {
    return this._list;
  }

  get error(): IErrorInfo | null {
    return this.control.error ?? this._error;
  }

  get loading(): boolean {
    return this._loading > 0;
  }

  get changed(): ISignal<IPipelines, void> {
    return this._changed;
  }

  get ended(): ISignal<IPipelines, IRun> {
    return this._ended;
  }

  get shown(): ISignal<IPipelines, string> {
    return this._shown;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  start(): void {
    if (this._started) {
      return;
    }
    this._started = true;
    if (this.control.state === 'connected') {
      void this._load('runs.watch');
    } else {
      this.control.start().catch(() => undefined);
    }
  }

  async refresh(): Promise<void> {
    if (this._started) {
      await this._load('runs.list');
    } else {
      this.start();
    }
  }

  show(pipeline: string): void {
    void this.refresh();
    this._shown.emit(pipeline);
  }

  async run(pipeline: string, values: Record<string, string>, token: string): Promise<IRun> {
    const run = await this.control.request('runs.start', { pipeline, arguments: values, token });
    void this.refresh();
    return run;
  }

  async cancel({ pipeline, runId }: IRun): Promise<void> {
    await this.control.request('runs.cancel', { pipeline, runId });
    void this.refresh();
  }

  async schedule(pipeline: string, enabled: boolean): Promise<void> {
    await this.control.request('schedule.set', { pipeline, enabled });
    void this.refresh();
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private async _load(method: 'runs.watch' | 'runs.list'): Promise<void> {
    this._loading++;
    this._changed.emit();
    try {
      this._take(await this.control.request(method, {}));
    } catch (error) {
      this._error = errorInfo(error);
    } finally {
      this._loading--;
      if (!this._isDisposed) {
        this._changed.emit();
      }
    }
  }

  private _take(list: IRunList): void {
    if (this._isDisposed || (this._list && Date.parse(list.asOf) < Date.parse(this._list.asOf))) {
      return;
    }
    const before = new Map<string, RunState>(this._list?.runs.map(run => [run.runId, run.state]));
    this._list = list;
    this._error = null;
    this._changed.emit();
    for (const run of list.runs) {
      const from = before.get(run.runId);
      if (from !== undefined && !RUN_END_STATES.includes(from) && RUN_END_STATES.includes(run.state)) {
        this._ended.emit(run);
      }
    }
  }

  private readonly _changed = new Signal<IPipelines, void>(this);
  private readonly _shown = new Signal<IPipelines, string>(this);
  private readonly _ended = new Signal<IPipelines, IRun>(this);
  private _list: IRunList | null = null;
  private _error: IErrorInfo | null = null;
  private _loading = 0;
  private _started = false;
  private _isDisposed = false;
}
