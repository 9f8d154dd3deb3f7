import type { IJsonObject, Json } from '../protocol';
import { toCodePoints, toUtf16 } from './codePoints';
import type { Comms } from './comms';
import { Executor, describe } from './execution';
import { History } from './history';
import { log } from './log';
import type { OutputLedger } from './ledger';
import type { Publisher } from './outputs';
import { Places } from './places';
import { ExecutionQueue } from './queue';
import type { IRequest } from './queue';
import type { Stdin } from './stdin';
import { CellError } from './types';
import type { IEngine } from './types';
import { MESSAGING_VERSION } from './wire';
import type { IMessage } from './wire';

/** What the dispatcher needs of the world: no sockets, so that it is tested without any. */
export interface IDispatchOptions {
  engine: IEngine;
  comms: Comms;
  publisher: Publisher;
  stdin: Stdin;
  ledger: OutputLedger;
  /** Sends a reply on the channel that the request came from. */
  reply: (
    channel: 'shell' | 'control',
    request: IMessage,
    type: string,
    content: IJsonObject,
    metadata?: IJsonObject
  ) => void;
  /** A shutdown_request was answered: end the process. */
  onShutdown: (restart: boolean) => void;
}

/** Messages that could not be handled, of which the log tells. */
const UNHANDLED_LOGGED = 20;

type Handler = (message: IMessage) => IJsonObject | undefined | Promise<IJsonObject | undefined>;

/**
 * Answers the messages of the shell and control channels. Cells go through the queue, one at a time; everything else
 * is answered at once, while a cell runs too.
 */
export class Dispatcher {
  readonly queue: ExecutionQueue;
  private readonly history = new History();
  private unhandled = 0;
  private readonly handlers: Map<string, Handler>;

  constructor(private readonly options: IDispatchOptions) {
    const executor = new Executor({
      ...options,
      history: this.history,
      reply: ({ channel, message }, content, metadata) =>
        options.reply(channel, message, 'execute_reply', content, metadata)
    });
    const places = new Places(options.publisher, () => executor.runningCount);
    this.queue = new ExecutionQueue({
      run: (request, signal, insisted) => executor.run(request, signal, insisted),
      abort: request => executor.abort(request),
      waiting: requests => places.show(requests)
    });
    this.handlers = new Map(Object.entries(this.makeHandlers()));
  }

  /** Take a message. Never throws and never waits for the answer. */
  handle(channel: IRequest['channel'], message: IMessage): void {
    if (message.header.msg_type === 'execute_request') this.queue.push({ channel, message });
    else void this.answer(channel, message);
  }

  /** The user wants everything to stop. */
  interrupt(): void {
    this.queue.interrupt({ hold: true });
    this.queue.later(() => this.options.engine.interrupt?.());
  }

  /** Busy, the reply, idle: always all of them, whatever the handler does. */
  private async answer(channel: IRequest['channel'], message: IMessage): Promise<void> {
    const { publisher, reply, onShutdown } = this.options;
    const { header } = message;
    const type = header.msg_type;
    const isRequest = type.endsWith('_request');
    publisher.status('busy', header);
    let content: IJsonObject | undefined;
    try {
      const handler = this.handlers.get(type);
      if (!handler) throw new CellError('NotSupported', `This kernel does not know the message ${type}.`);
      const result = handler(message);
      content = result instanceof Promise ? await result : result;
    } catch (error) {
      content = { status: 'error', ...describe(error) };
      // What nobody asks for shall not fill the disk.
      if (!isRequest && ++this.unhandled <= UNHANDLED_LOGGED)
        log(`a message ${type.slice(0, 60)} could not be handled`);
    }
    if (isRequest && content) reply(channel, message, type.replace(/_request$/, '_reply'), content);
    // Every client of the kernel is told that it ends, not only the one who asked.
    if (type === 'shutdown_request' && content) publisher.publish('shutdown_reply', content, header);
    publisher.status('idle', header);
    // JupyterLab and Jupyter Server take the last status for the kernel's: a running cell would look idle, and the
    // kernel could be culled under it.
    const { running } = this.queue;
    if (running) publisher.status('busy', running.message.header);
    if (type === 'shutdown_request') onShutdown(content?.['restart'] === true);
  }

  private makeHandlers(): Record<string, Handler> {
    const { engine, comms } = this.options;
    return {
      kernel_info_request: () => kernelInfo(engine),
      complete_request: async ({ content }) => {
        const code = text(content['code']);
        const { matches, cursorStart, cursorEnd, types } = await engine.complete(code, cursor(code, content));
        const start = toCodePoints(code, cursorStart);
        const end = toCodePoints(code, cursorEnd);
        const typed: Json[] | undefined = types?.map((type, i) => ({ start, end, text: matches[i] ?? '', type }));
        const metadata: IJsonObject = typed ? { _jupyter_types_experimental: typed } : {};
        return {
          status: 'ok',
          matches,
          cursor_start: start,
          cursor_end: end,
          metadata
        };
      },
      inspect_request: async ({ content }) => {
        const code = text(content['code']);
        const data = await engine.inspect(code, cursor(code, content), content['detail_level'] === 1 ? 1 : 0);
        return { status: 'ok', found: data !== undefined, data: data ?? {}, metadata: {} };
      },
      is_complete_request: async ({ content }) => ({ ...(await engine.isComplete(text(content['code']))) }),
      history_request: ({ content }) => ({ status: 'ok', history: this.history.query(content) }),
      comm_info_request: ({ content }) => ({ status: 'ok', comms: comms.list(content['target_name']) }),
      comm_open: message => void comms.handleOpen(message),
      comm_msg: message => void comms.handleMessage(message),
      comm_close: message => void comms.handleClose(message),
      interrupt_request: () => {
        this.interrupt();
        return { status: 'ok' };
      },
      shutdown_request: ({ content }) => ({ status: 'ok', restart: content['restart'] === true }),
      debug_request: ({ content }) => ({
        status: 'error',
        ...describe(new CellError('NotSupported', 'Cells run on the cluster: this kernel has no debugger.')),
        // The Debug Adapter Protocol's own way to say no.
        type: 'response',
        request_seq: content['seq'] ?? 0,
        command: content['command'] ?? '',
        success: false,
        message: 'This kernel has no debugger.'
      })
    };
  }
}

function kernelInfo({ info }: IEngine): IJsonObject {
  return {
    status: 'ok',
    protocol_version: MESSAGING_VERSION,
    implementation: info.implementation,
    implementation_version: info.implementationVersion,
    language_info: info.languageInfo,
    banner: info.banner,
    help_links: info.helpLinks,
    debugger: false
  };
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function cursor(code: string, content: IJsonObject): number {
  const position = content['cursor_pos'];
  return typeof position === 'number' ? toUtf16(code, position) : code.length;
}
