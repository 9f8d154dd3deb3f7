import type { IJsonObject } from '../protocol';
import type { OutputLedger } from './ledger';
import type { IMessage, Wire } from './wire';

/** Milliseconds that stream text waits for more of it. Short enough to look immediate. */
const STREAM_DELAY = 4;
/** Characters of stream text that do not wait. */
const STREAM_LIMIT = 65536;

/**
 * Everything that goes out on iopub, in order. Text written in small pieces to one stream of one cell is sent in one
 * message; any other message first sends the text that was written before it.
 */
export class Publisher {
  private pending?: { name: string; text: string; parent: IJsonObject };
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly wire: Wire,
    private readonly send: (message: IMessage) => void,
    /** Keeps what goes out. */
    private readonly ledger?: OutputLedger
  ) {}

  /**
   * Publish a message.
   *
   * @param type - message type, also its topic
   * @param parent - header of the request that it belongs to; empty where nobody asked
   */
  publish(type: string, content: IJsonObject, parent: IJsonObject, metadata: IJsonObject = {}): void {
    this.flush();
    this.ledger?.take(parent['msg_id'], type, content);
    this.send(this.wire.create(type, content, parent, { metadata, identities: [Buffer.from(`kernel.${type}`)] }));
  }

  /** A `status` message. */
  status(state: 'busy' | 'idle', parent: IJsonObject): void {
    this.publish('status', { execution_state: state }, parent);
  }

  /** Text on a stream of the cell whose request had this header. */
  stream(name: 'stdout' | 'stderr', text: string, parent: IJsonObject): void {
    if (text === '') return;
    if (this.pending?.name !== name || this.pending.parent !== parent) {
      this.flush();
      this.pending = { name, text: '', parent };
      this.timer = setTimeout(() => this.flush(), STREAM_DELAY);
    }
    this.pending.text += text;
    if (this.pending.text.length > STREAM_LIMIT) this.flush();
  }

  /** Send the stream text that waits. */
  flush(): void {
    if (!this.pending) return;
    clearTimeout(this.timer);
    const { name, text, parent } = this.pending;
    this.pending = undefined;
    this.publish('stream', { name, text }, parent);
  }
}
