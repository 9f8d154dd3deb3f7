/** A Jupyter kernel without a language: give it an {@link IEngine} and a connection file. */
import { setTimeout as sleep } from 'node:timers/promises';

import { Comms } from './comms';
import { readConnection } from './connection';
import { Dispatcher } from './dispatch';
import { OutputLedger } from './ledger';
import { watchProcess } from './lifecycle';
import { log, logError } from './log';
import { Publisher } from './outputs';
import { Sockets } from './sockets';
import type { InChannel } from './sockets';
import { Stdin } from './stdin';
import type { IEngine } from './types';
import { Wire, WireError } from './wire';
import type { IMessage } from './wire';

export * from './types';

/** Milliseconds that an engine has to clean up. Jupyter kills a kernel 5 s after its shutdown_request. */
const SHUTDOWN_TIME = 3500;
/** Milliseconds more that the interrupted cell has, so that its last words arrive. */
const CELL_TIME = 500;
/** Dropped messages that are logged; a port scanner shall not fill the disk. */
const DROPS_LOGGED = 20;

/** Options of {@link runKernel}. */
export interface IKernelOptions {
  /** Path of the connection file: `{connection_file}` of the kernelspec. */
  connectionFile: string;
  engine: IEngine;
  /** Where `JPY_PARENT_PID` is looked for. Default: the process's own. */
  env?: NodeJS.ProcessEnv;
}

/**
 * Serve an engine to Jupyter until it says that the kernel shall end: shutdown_request, SIGTERM, or the end of the
 * process that started it. The caller exits the process then; what was sent still goes out.
 *
 * @throws Error where the connection file or its addresses cannot be used, or the engine does not start
 */
export async function runKernel({ connectionFile, engine, env = process.env }: IKernelOptions): Promise<void> {
  const connection = readConnection(connectionFile);
  const wire = new Wire(connection.key, connection.hash);
  const sockets = await Sockets.bind(connection);
  const ledger = new OutputLedger();
  const publisher = new Publisher(wire, message => sockets.send('iopub', wire.serialize(message)), ledger);
  const comms = new Comms(publisher);
  const stdin = new Stdin(wire, message => sockets.send('stdin', wire.serialize(message)));
  let end!: (restart: boolean) => void;
  const ended = new Promise<boolean>(resolve => (end = resolve));
  const dispatcher = new Dispatcher({
    engine,
    comms,
    publisher,
    stdin,
    ledger,
    reply: (channel, { header, identities }, type, content, metadata) =>
      sockets.send(channel, wire.serialize(wire.create(type, content, header, { identities, metadata }))),
    onShutdown: end
  });
  const unwatch = watchProcess({ onInterrupt: () => dispatcher.interrupt(), onTerminate: () => end(false) }, env);
  try {
    engine.start?.(comms, ledger);
    sockets.listen({
      onFrames: reader(wire, (channel, message) => {
        if (channel === 'stdin') stdin.handle(message);
        else dispatcher.handle(channel, message);
      }),
      onSubscribe(topic) {
        // JEP 65: a client knows from this message that it misses nothing from now on. It wants to be the first one
        // that a client gets, so no status "starting" is sent, which nobody could rely on to arrive.
        const content = { subscription: topic.toString() };
        const welcome = wire.create('iopub_welcome', content, {}, { identities: topic.length ? [topic] : [] });
        sockets.send('iopub', wire.serialize(welcome));
      }
    });
    const restart = await ended;
    comms.closeAll();
    // The engine first: what runs elsewhere may have to go on, and an interrupt would stop it there.
    dispatcher.queue.refuse();
    await withinTime('cleaning up', SHUTDOWN_TIME, () => engine.shutdown(restart));
    const cellEnd = dispatcher.queue.close();
    await withinTime('the running cell', CELL_TIME, () => cellEnd);
    publisher.flush();
  } finally {
    sockets.close();
    unwatch();
  }
}

/** Parses frames; those that are no message for us are dropped and, the first of them, logged. */
function reader(wire: Wire, onMessage: (channel: InChannel, message: IMessage) => void) {
  let drops = 0;
  return (channel: InChannel, frames: Buffer[]): void => {
    let message: IMessage;
    try {
      message = wire.parse(frames);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (++drops <= DROPS_LOGGED) log(`dropped a message on ${channel}: ${error.message}`);
      return;
    }
    onMessage(channel, message);
  };
}

/** Wait for a part of the clean-up, but not longer than so many milliseconds. */
async function withinTime(what: string, milliseconds: number, cleanUp: () => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: controller.signal }).then(
    () => log(`${what} took too long and was left`),
    () => undefined
  );
  try {
    await Promise.race([cleanUp(), late]);
  } catch (error) {
    logError(`${what} failed`, error);
  } finally {
    controller.abort();
  }
}
