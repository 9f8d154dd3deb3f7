import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

import type { IJsonObject, Json } from '../protocol';

/** Version of Jupyter's messaging protocol that this kernel speaks (JEP 65 and what came before; no subshells). */
export const MESSAGING_VERSION = '5.4';

const DELIMITER = Buffer.from('<IDS|MSG>');
/** Signatures remembered, so that a recorded message cannot be sent again. About 2 MB when full. */
const REMEMBERED = 16384;

/** Header of a message. Held as it came: it goes back, member for member, as the parent header of the answers. */
export interface IHeader extends IJsonObject {
  msg_id: string;
  msg_type: string;
}

/** A message as it is in memory. */
export interface IMessage {
  /** Routing frames before the delimiter; the topic on iopub. */
  identities: Buffer[];
  header: IHeader;
  /** Empty where nobody asked for the message. */
  parentHeader: IJsonObject;
  metadata: IJsonObject;
  content: IJsonObject;
  buffers: Buffer[];
}

/** Frames that are not a message for us: badly signed, replayed, or malformed. */
export class WireError extends Error {
  override name = 'WireError';
}

/** Turns messages into signed frames and back. */
export class Wire {
  /** Identity of this kernel process in the headers it writes. */
  readonly session = randomUUID();
  private readonly seen = new Set<string>();
  private count = 0;

  /**
   * @param key - key of the connection file; empty: messages are neither signed nor checked
   * @param hash - hash of the HMAC, as Node's crypto names it
   */
  constructor(
    private readonly key: string,
    private readonly hash = 'sha256'
  ) {
    createHmac(hash, key); // an unknown hash shall fail now, not at the first message
  }

  /** A new message with a fresh header. */
  create(
    type: string,
    content: IJsonObject,
    parentHeader: IJsonObject,
    rest: Partial<Pick<IMessage, 'identities' | 'metadata' | 'buffers'>> = {}
  ): IMessage {
    return {
      identities: rest.identities ?? [],
      header: {
        msg_id: `${this.session}_${process.pid}_${this.count++}`,
        msg_type: type,
        session: this.session,
        username: 'kernel',
        date: new Date().toISOString(),
        version: MESSAGING_VERSION
      },
      parentHeader,
      metadata: rest.metadata ?? {},
      content,
      buffers: rest.buffers ?? []
    };
  }

  /** Frames of a message, signed. */
  serialize(message: IMessage): Buffer[] {
    const parts = [message.header, message.parentHeader, message.metadata, message.content].map(part =>
      Buffer.from(JSON.stringify(part))
    );
    const signature = this.key ? Buffer.from(this.sign(parts).toString('hex')) : Buffer.alloc(0);
    return [...message.identities, DELIMITER, signature, ...parts, ...message.buffers];
  }

  /**
   * The message in the frames. The signature is checked on the bytes as received, in constant time, before any of them
   * is parsed.
   *
   * @throws WireError, whose text holds nothing of the message
   */
  parse(frames: Buffer[]): IMessage {
    const at = frames.findIndex(frame => frame.equals(DELIMITER));
    if (at < 0) throw new WireError('no delimiter');
    const [signature, ...parts] = frames.slice(at + 1, at + 6);
    if (signature === undefined || parts.length !== 4) throw new WireError('too few frames');
    this.verify(signature, parts);
    const [header, parentHeader, metadata, content] = parts.map(parseObject);
    const { msg_id: id, msg_type: type } = header;
    if (typeof id !== 'string' || typeof type !== 'string') throw new WireError('no msg_id or msg_type');
    return {
      identities: frames.slice(0, at),
      header: header as IHeader,
      parentHeader,
      metadata,
      content,
      buffers: frames.slice(at + 6)
    };
  }

  private verify(signature: Buffer, parts: Buffer[]): void {
    if (!this.key) return;
    const given = signature.toString('latin1');
    const expected = this.sign(parts);
    const received = Buffer.from(given, 'hex');
    // Buffer.from stops at the first character that is no hex digit: the length of the text counts too.
    if (given.length !== expected.length * 2 || received.length !== expected.length) {
      throw new WireError('bad signature');
    }
    if (!timingSafeEqual(received, expected)) throw new WireError('bad signature');
    const mark = expected.toString('base64');
    if (this.seen.has(mark)) throw new WireError('replayed message');
    this.seen.add(mark);
    if (this.seen.size > REMEMBERED) {
      for (const oldest of this.seen) {
        this.seen.delete(oldest);
        if (this.seen.size <= REMEMBERED * 0.9) break;
      }
    }
  }

  private sign(parts: Buffer[]): Buffer {
    const hmac = createHmac(this.hash, this.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }
}

function parseObject(bytes: Buffer): IJsonObject {
  let value: Json;
  try {
    value = JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    throw new WireError('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WireError('not a JSON object');
  return value;
}
