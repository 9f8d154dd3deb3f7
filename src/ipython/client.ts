import { Dealer, Subscriber } from 'zeromq';

import { Wire } from '../kernel/wire';

import type { IConnection } from '../kernel/connection';
import type { IMessage } from '../kernel/wire';
import type { IJsonObject } from '../protocol';

/** Milliseconds between two tries to reach a socket that is not there yet. */
const RECONNECT = 20;
/** Requests whose late outputs (of threads) still find their place. */
const REMEMBERED = 16;

/** What belongs to one request, beside its reply. */
export interface IRequestHandlers {
  /** A message on iopub whose parent the request is. */
  onOutput?: (message: IMessage) => void;
  /** An input_request; what is returned is the answer. */
  onInput?: (message: IMessage) => Promise<string | undefined>;
}

interface IPending extends IRequestHandlers {
  reply?: IMessage;
  isIdle: boolean;
  needsIdle: boolean;
  resolve?: (reply: IMessage) => void;
  reject?: (error: Error) => void;
}

/** A Jupyter client of one kernel: requests with their replies and outputs. Knows no process. */
export class KernelClient {
  private readonly wire: Wire;
  private readonly dealers: Record<'shell' | 'control' | 'stdin', Dealer>;
  private readonly iopub: Subscriber;
  private readonly requests = new Map<string, IPending>();
  private firstOutput!: () => void;
  private readonly heard = new Promise<void>(resolve => (this.firstOutput = resolve));
  private closed = false;

  constructor({ addresses, key, hash }: IConnection) {
    this.wire = new Wire(key, hash);
    const options = { linger: 0, reconnectInterval: RECONNECT, sendHighWaterMark: 0, receiveHighWaterMark: 0 };
    // A kernel sends an input_request to the name that the execute_request came from: the sockets share it.
    const named = { ...options, routingId: this.wire.session };
    this.dealers = { shell: new Dealer(named), control: new Dealer(named), stdin: new Dealer(named) };
    this.iopub = new Subscriber({ linger: 0, reconnectInterval: RECONNECT, receiveHighWaterMark: 0 });
    for (const channel of ['shell', 'control', 'stdin'] as const) {
      this.dealers[channel].connect(addresses[channel]);
      void this.read(this.dealers[channel]);
    }
    this.iopub.subscribe();
    this.iopub.connect(addresses.iopub);
    void this.read(this.iopub);
  }

  /**
   * Wait until the kernel answers and its outputs arrive here: who listens late to iopub misses what was said before.
   *
   * @throws the reason of the signal
   */
  async ready(signal: AbortSignal): Promise<void> {
    await this.request('shell', 'kernel_info_request', {}, {}, signal);
    for (let heard = false; !heard;) {
      heard = await Promise.race([this.heard.then(() => true), delay(50).then(() => false)]);
      signal.throwIfAborted();
      if (!heard) {
        await this.request('shell', 'kernel_info_request', {}, {}, signal);
      }
    }
  }

  /**
   * Send a request; its reply. An execute_request's comes when all of its outputs have been handed over too.
   *
   * @throws the reason of the signal, or that of {@link close}
   */
  request(
    channel: 'shell' | 'control',
    type: string,
    content: IJsonObject,
    handlers: IRequestHandlers = {},
    signal?: AbortSignal
  ): Promise<IMessage> {
    const message = this.wire.create(type, content, {});
    const id = message.header.msg_id;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.requests.delete(id);
        const reason: unknown = signal?.reason;
        reject(reason instanceof Error ? reason : new Error('Given up.'));
      };
      if (signal?.aborted || this.closed) {
        reject((signal?.reason as Error | undefined) ?? new Error('The client is closed.'));
        return;
      }
      signal?.addEventListener('abort', stop, { once: true });
      this.requests.set(id, {
        ...handlers,
        isIdle: false,
        needsIdle: type === 'execute_request',
        resolve: reply => {
          signal?.removeEventListener('abort', stop);
          resolve(reply);
        },
        reject: error => {
          signal?.removeEventListener('abort', stop);
          reject(error);
        }
      });
      this.dealers[channel].send(this.wire.serialize(message)).catch(reject);
    });
  }

  /** Close the sockets; whoever waits gets the error. */
  close(error: Error): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    for (const socket of [...Object.values(this.dealers), this.iopub]) {
      socket.close();
    }
    for (const pending of this.requests.values()) {
      pending.reject?.(error);
    }
    this.requests.clear();
  }

  private async read(socket: Dealer | Subscriber): Promise<void> {
    try {
      for await (const frames of socket) {
        this.take(frames);
      }
    } catch {
      // Closed while it waited.
    }
  }

  private take(frames: Buffer[]): void {
    let message: IMessage;
    try {
      message = this.wire.parse(frames);
    } catch {
      // Not signed with our key: not for us.
      return;
    }
    const { msg_type: type } = message.header;
    if (message.identities.length > 0 || type === 'status' || type === 'iopub_welcome') {
      this.firstOutput();
    }
    const id = message.parentHeader['msg_id'];
    const pending = typeof id === 'string' ? this.requests.get(id) : undefined;
    if (!pending || typeof id !== 'string') {
      return;
    }
    if (type === 'input_request') {
      void this.answer(message, pending);
      return;
    }
    if (type.endsWith('_reply')) {
      pending.reply = message;
    } else if (type === 'status') {
      pending.isIdle ||= message.content['execution_state'] === 'idle';
    } else {
      pending.onOutput?.(message);
    }
    if (pending.reply && (pending.isIdle || !pending.needsIdle)) {
      const { resolve, reply } = pending;
      delete pending.resolve;
      delete pending.reject;
      this.forget(id, pending);
      resolve?.(reply);
    }
  }

  /** Keep where late outputs go, for the last few only. */
  private forget(id: string, pending: IPending): void {
    this.requests.delete(id);
    if (!pending.onOutput) {
      return;
    }
    const late = [...this.requests].filter(([, item]) => !item.resolve);
    for (const [old] of late.slice(0, Math.max(0, late.length - REMEMBERED + 1))) {
      this.requests.delete(old);
    }
    this.requests.set(id, pending);
  }

  private async answer(message: IMessage, pending: IPending): Promise<void> {
    // ipykernel takes this character for the end of the input: an EOFError, where nobody can answer.
    const value = pending.onInput ? await pending.onInput(message).catch(() => '\x04') : '\x04';
    if (value !== undefined && !this.closed) {
      const reply = this.wire.create('input_reply', { status: 'ok', value }, message.header);
      await this.dealers.stdin.send(this.wire.serialize(reply)).catch(() => undefined);
    }
  }
}

const delay = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
