import { Router, XPublisher, capability } from 'zeromq';

import { CHANNELS } from './connection';
import type { Channel, IConnection } from './connection';
import { logError } from './log';

/** Milliseconds that a closed socket goes on sending what was not sent yet. */
const LINGER = 1000;

/** The channels on which messages come in. */
export type InChannel = 'shell' | 'control' | 'stdin';

/** What the sockets do with what comes in. */
export interface ISocketHandlers {
  /** A message on the shell, control or stdin channel. May throw: the message is then dropped. */
  onFrames: (channel: InChannel, frames: Buffer[]) => void;
  /** A client subscribed to iopub. */
  onSubscribe: (topic: Buffer) => void;
}

/** The five sockets of a kernel. */
export class Sockets {
  private constructor(
    private readonly routers: Record<InChannel | 'hb', Router>,
    private readonly iopub: XPublisher
  ) {}

  /**
   * Bind all five.
   *
   * @throws Error where an address is taken, or keys are given and this build of ZeroMQ has no CURVE
   */
  static async bind({ addresses, curve }: IConnection): Promise<Sockets> {
    if (curve && !capability.curve) {
      throw new Error('The connection file asks for encryption (CurveZMQ), which this build of ZeroMQ does not have.');
    }
    const options = {
      linger: LINGER,
      // Nothing is dropped because a client is slow, and no send ever waits: a router drops what has no receiver.
      sendHighWaterMark: 0,
      receiveHighWaterMark: 0,
      sendTimeout: 0,
      ipv6: addresses.shell.includes('['),
      ...(curve && { curveServer: true, curveSecretKey: curve.secretKey, curvePublicKey: curve.publicKey })
    };
    // A client that comes back under its old name takes its place over, instead of never being heard again.
    const router = { ...options, handover: true };
    const routers = {
      shell: new Router(router),
      control: new Router(router),
      stdin: new Router(router),
      // A router that sends back what it got answers a REQ like a REP does, and no client can bring it out of step.
      hb: new Router(options)
    };
    const iopub = new XPublisher({ ...options, verbosity: 'allSubs' });
    const all: Record<Channel, Router | XPublisher> = { ...routers, iopub };
    try {
      await Promise.all(CHANNELS.map(channel => all[channel].bind(addresses[channel])));
    } catch (error) {
      for (const socket of Object.values(all)) socket.close();
      throw new Error(`A kernel's address cannot be bound: ${(error as Error).message}`, { cause: error });
    }
    return new Sockets(routers, iopub);
  }

  /** Start to read. The loops end when the sockets are closed. */
  listen({ onFrames, onSubscribe }: ISocketHandlers): void {
    for (const channel of ['shell', 'control', 'stdin'] as const) {
      void receive(this.routers[channel], frames => onFrames(channel, frames));
    }
    void receive(this.routers.hb, frames => this.routers.hb.send(frames));
    void receive(this.iopub, ([event]) => {
      if (event?.[0] === 1) onSubscribe(event.subarray(1));
    });
  }

  /** Send frames; on a channel whose peer is gone they are dropped. */
  send(channel: InChannel | 'iopub', frames: Buffer[]): void {
    const socket = channel === 'iopub' ? this.iopub : this.routers[channel];
    if (socket.closed) return;
    socket.send(frames).catch((error: unknown) => {
      // The peer went away between its request and the answer.
      if ((error as NodeJS.ErrnoException).code !== 'EHOSTUNREACH') logError(`sending on ${channel} failed`, error);
    });
  }

  /** Close all; what was sent still goes out, for up to a second, even while the process exits. */
  close(): void {
    for (const socket of [...Object.values(this.routers), this.iopub]) socket.close();
  }
}

async function receive(socket: Router | XPublisher, onFrames: (frames: Buffer[]) => unknown): Promise<void> {
  try {
    for await (const frames of socket) {
      try {
        await onFrames(frames);
      } catch (error) {
        logError('a message was dropped', error);
      }
    }
  } catch (error) {
    if (!socket.closed) logError('a socket failed', error);
  }
}
