import type { IJsonObject } from '../../protocol';
import { Comms } from '../comms';
import { Dispatcher } from '../dispatch';
import { OutputLedger } from '../ledger';
import { Publisher } from '../outputs';
import { Stdin } from '../stdin';
import type { IEngine } from '../types';
import { Wire } from '../wire';
import type { IMessage } from '../wire';

/** A message that the kernel sent. */
export interface ISent {
  channel: 'shell' | 'control' | 'iopub' | 'stdin';
  type: string;
  content: IJsonObject;
  /** `msg_id` of the request that it answers; undefined where it has no parent. */
  parent?: string;
  message: IMessage;
}

/** A kernel without sockets: requests in, messages out, in one list. */
export class KernelHarness {
  readonly sent: ISent[] = [];
  readonly shutdowns: boolean[] = [];
  readonly dispatcher: Dispatcher;
  readonly stdin: Stdin;
  readonly comms: Comms;
  readonly ledger = new OutputLedger();
  private readonly client = new Wire('');
  private readonly watchers = new Set<() => void>();

  constructor(engine: IEngine) {
    const wire = new Wire('');
    const record = (channel: ISent['channel']) => (message: IMessage) => this.record(channel, message);
    const publisher = new Publisher(wire, record('iopub'), this.ledger);
    this.stdin = new Stdin(wire, record('stdin'));
    this.comms = new Comms(publisher);
    engine.start?.(this.comms, this.ledger);
    this.dispatcher = new Dispatcher({
      engine,
      comms: this.comms,
      publisher,
      stdin: this.stdin,
      ledger: this.ledger,
      reply: (channel, { header }, type, content, metadata) =>
        record(channel)(wire.create(type, content, header, { metadata })),
      onShutdown: restart => void this.shutdowns.push(restart)
    });
  }

  /** Send a request; answers its `msg_id`. */
  request(type: string, content: IJsonObject = {}, channel: 'shell' | 'control' = 'shell'): string {
    const message = this.client.create(type, content, {}, { identities: [Buffer.from('client')] });
    this.dispatcher.handle(channel, message);
    return message.header.msg_id;
  }

  /** Send an execute_request. */
  execute(code: string, rest: IJsonObject = {}): string {
    return this.request('execute_request', { code, ...rest });
  }

  /** Answer an input_request. */
  answerInput(value: string): void {
    this.stdin.handle(this.client.create('input_reply', { value }, {}));
  }

  /** The message, sent already or to come, that fits. */
  async until(fits: (sent: ISent) => boolean): Promise<ISent> {
    for (;;) {
      const found = this.sent.find(fits);
      if (found) return found;
      await new Promise<void>(resolve => {
        const watcher = () => {
          this.watchers.delete(watcher);
          resolve();
        };
        this.watchers.add(watcher);
      });
    }
  }

  /** Everything about a request, after it went idle. */
  async done(id: string): Promise<ISent[]> {
    await this.until(({ type, content, parent }) => {
      return type === 'status' && parent === id && content['execution_state'] === 'idle';
    });
    return this.of(id);
  }

  /** Everything sent about a request so far. */
  of(id: string): ISent[] {
    return this.sent.filter(({ parent }) => parent === id);
  }

  /** Content of the reply to a request, after it went idle. */
  async reply(id: string): Promise<IJsonObject> {
    const reply = (await this.done(id)).find(({ channel }) => channel === 'shell' || channel === 'control');
    if (!reply) throw new Error('there was no reply');
    return reply.content;
  }

  private record(channel: ISent['channel'], message: IMessage): void {
    const { header, content, parentHeader } = message;
    const parent = parentHeader['msg_id'];
    this.sent.push({
      channel,
      type: header.msg_type,
      content,
      message,
      ...(typeof parent === 'string' ? { parent } : {})
    });
    for (const watcher of [...this.watchers]) watcher();
  }
}

/** Messages in one word each, status messages by their state: for comparing what was sent and in which order. */
export function words(sent: ISent[]): string[] {
  return sent.map(({ type, content }) => (type === 'status' ? String(content['execution_state'] as string) : type));
}
