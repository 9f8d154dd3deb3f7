import { setImmediate as turn } from 'node:timers/promises';

import type { IMessage } from './wire';

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
  run(request: IRequest, signal: AbortSignal): Promise<IOutcome>;
  /** Answers a request that will not run. */
  abort(request: IRequest): void;
}

/** Runs one execute_request at a time, the others wait in order. */
export class ExecutionQueue {
  private readonly waiting: IRequest[] = [];
  private current?: { request: IRequest; controller: AbortController };
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
  }

  /** Abort the signal of the running request and drop those that wait. */
  interrupt(): void {
    this.current?.controller.abort();
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
      this.current = { request, controller };
      const { abortOthers, finish } = await this.handlers.run(request, controller.signal);
      if (!abortOthers) {
        this.current = undefined;
        finish();
        continue;
      }
      // "Run all" sends every cell at once. Those that were sent before the failure was known must not run, even if
      // the failure was faster than the socket: read what has arrived, then tell.
      await turn();
      await turn();
      this.current = undefined;
      const dropped = this.waiting.splice(0);
      finish();
      for (const other of dropped) this.handlers.abort(other);
    }
  }

  private dropWaiting(): void {
    for (const request of this.waiting.splice(0)) this.handlers.abort(request);
  }
}
