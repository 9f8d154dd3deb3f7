import { sameTarget } from '../reattach/binding';
import { abortable } from './start';

import type { ISessionStatus } from '../../protocol';
import type { StatusBoard } from '../status';
import type { IBindRequest, IRunOptions } from '../types';

interface IUnderWay {
  promise: Promise<ISessionStatus>;
  request: IBindRequest;
  abort: AbortController;
  /** Only looks for the stored session, nobody asked for it: gives way to who asks. */
  looking: boolean;
}

/** The one way to a session that a notebook may be on. */
export class Connecting {
  private current?: IUnderWay;

  constructor(private readonly board: StatusBoard) {}

  get request(): IBindRequest | undefined {
    return this.current?.request;
  }

  /**
   * Go on the way; the caller's signal stops it.
   *
   * @param looking - nobody asked for it
   */
  async begin(
    request: IBindRequest,
    looking: boolean,
    go: (signal: AbortSignal) => Promise<ISessionStatus>,
    options: IRunOptions = {}
  ): Promise<ISessionStatus> {
    const abort = new AbortController();
    const promise = go(abort.signal).finally(() => {
      delete this.current;
    });
    // Others may wait for it too; that nobody does is no unhandled rejection.
    promise.catch(() => undefined);
    this.current = { promise, request, abort, looking };
    const stop = (): void => abort.abort();
    options.signal?.addEventListener('abort', stop, { once: true });
    if (options.signal?.aborted) {
      stop();
    }
    try {
      return await promise;
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
  }

  /** Wait for what somebody else began; `undefined` where nothing is under way, or only a look that found nothing. */
  async join(options: IRunOptions): Promise<ISessionStatus | undefined> {
    if (!this.current) {
      return undefined;
    }
    const { looking } = this.current;
    const promise = looking ? this.current.promise.catch(() => undefined) : this.current.promise;
    const began = performance.now();
    const tell = (): void => {
      const { state, log } = this.board.status;
      options.onProgress?.({
        phase: 'starting',
        text: looking ? 'Looking for the notebook’s session' : `Connecting: ${state}`,
        elapsedMs: Math.round(performance.now() - began),
        ...(log ? { log } : {})
      });
    };
    tell();
    const stop = this.board.onChange(tell);
    try {
      return await (options.signal ? abortable<ISessionStatus | undefined>(promise, options.signal) : promise);
    } finally {
      stop();
    }
  }

  /** A look that nobody asked for is waited for where the request means the same, and ended where it does not. */
  async endLooking(request: IBindRequest, options: IRunOptions): Promise<void> {
    if (!this.current?.looking) {
      return;
    }
    const other = !sameTarget(this.current.request, { ...this.current.request, ...request });
    if (request.fresh || other) {
      this.current.abort.abort();
    }
    await this.join(options);
  }

  /** Stop whatever is under way, and wait until it has stopped. */
  async stop(): Promise<void> {
    const { current } = this;
    current?.abort.abort();
    await current?.promise.catch(() => undefined);
  }
}
