import { setTimeout as sleep } from 'node:timers/promises';

import type { IMessage } from './wire';

/** Milliseconds without another request, after which "Run all" is taken to have arrived in full. */
const QUIET = 25;
/** A cell that ran for so many milliseconds failed after all of "Run all" had arrived. */
const SETTLED = 500;

/**
 * Milliseconds for which an interrupt is held. Jupyter interrupts a kernel before it asks it to shut down or restart
 * (jupyter_client, `KernelManager.shutdown_kernel`), and a restart is to leave what runs on the cluster alone.
 */
export const HOLD = 100;

/** A message and the channel that its answer goes to. */
export interface IRequest {
  channel: 'shell' | 'control';
  message: IMessage;
}

/** How a request ended. */
export interface IOutcome {
  /** The requests that wait behind it shall not run. */
  abortOthers: boolean;
  /** Sends the reply. */
  finish: () => void;
}

/** What the queue does with its requests. Neither may throw. */
export interface IQueueHandlers {
  /** @param insisted - aborted by a second interrupt */
  run(request: IRequest, signal: AbortSignal, insisted: AbortSignal): Promise<IOutcome>;
  /** Answers a request that will not run. */
  abort(request: IRequest): void;
  /** Those that wait are others now; a request that is not among them any more runs or is aborted next. */
  waiting?(requests: readonly IRequest[]): void;
}

/** Runs one execute_request at a time, the others wait in order. */
export class ExecutionQueue {
  private readonly waiting: IRequest[] = [];
  private current?: { request: IRequest; controller: AbortController; insist: AbortController };
  private idle = Promise.resolve();
  private closed = false;

  constructor(private readonly handlers: IQueueHandlers) {}

  /** The request that runs now. */
  get running(): IRequest | undefined {
    return this.current?.request;
  }

  push(request: IRequest): void {
    if (this.closed) {
      this.handlers.abort(request);
      return;
    }
    this.waiting.push(request);
    if (!this.current) this.idle = this.work();
    this.handlers.waiting?.(this.waiting);
  }

  /**
   * Drop those that wait and abort the signal of the running request, the second time the one that insists. With a
   * hold that is {@link HOLD} later: nothing is aborted where the queue takes nothing more by then.
   */
  interrupt({ hold = false } = {}): void {
    this.dropWaiting();
    const { current } = this;
    if (!current) return;
    const abort = (): void => {
      if (current.controller.signal.aborted) current.insist.abort();
      current.controller.abort();
    };
    if (hold) this.later(abort);
    else abort();
  }

  /** Do something {@link HOLD} from now, unless the queue takes nothing more by then. */
  later(what: () => void): void {
    setTimeout(() => {
      if (!this.closed) what();
    }, HOLD).unref();
  }

  /** Take nothing more and drop those that wait. The running request goes on. */
  refuse(): void {
    this.closed = true;
    this.dropWaiting();
  }

  /** Interrupt, take nothing more, and wait until the running request has ended. */
  async close(): Promise<void> {
    this.closed = true;
    this.interrupt();
    await this.idle;
  }

  private async work(): Promise<void> {
    for (let request = this.waiting.shift(); request; request = this.waiting.shift()) {
      const controller = new AbortController();
      const insist = new AbortController();
      const begun = performance.now();
      this.current = { request, controller, insist };
      this.handlers.waiting?.(this.waiting);
      const { abortOthers, finish } = await this.handlers.run(request, controller.signal, insist.signal);
      if (!abortOthers) {
        this.current = undefined;
        finish();
        continue;
      }
      // "Run all" sends every cell at once. What was sent before the failure could be known must not run, even where
      // the failure was faster than the messages: hold the reply until they have arrived. Its output is out already.
      while (performance.now() - begun < SETTLED) {
        const { length } = this.waiting;
        await sleep(QUIET);
        if (this.waiting.length === length) break;
      }
      this.current = undefined;
      const dropped = this.waiting.splice(0);
      this.handlers.waiting?.([]);
      finish();
      for (const other of dropped) this.handlers.abort(other);
    }
  }

  private dropWaiting(): void {
    const dropped = this.waiting.splice(0);
    this.handlers.waiting?.([]);
    for (const request of dropped) this.handlers.abort(request);
  }
}
