import type { Kernel, ServiceManager, Session } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import { PROTOCOL_VERSION } from '../../protocol';

interface IWireRequest {
  type: string;
  id: string;
  method: string;
  params: Record<string, unknown>;
}

/** A comm whose other end is the test. */
export class FakeComm {
  onMsg: (msg: unknown) => void = () => undefined;
  onClose: (msg?: unknown) => void = () => undefined;
  isDisposed = false;
  readonly sent: IWireRequest[] = [];
  openData: unknown;
  closedByPage = false;

  constructor(
    readonly targetName: string,
    private readonly _onOpen: (comm: FakeComm) => void,
    private readonly _onRequest: (comm: FakeComm, request: IWireRequest) => void
  ) {}

  open(data: unknown): void {
    this.openData = data;
    this._onOpen(this);
  }

  send(data: IWireRequest): void {
    this.sent.push(data);
    this._onRequest(this, data);
  }

  close(): void {
    this.closedByPage = true;
  }

  /** The kernel says something. */
  say(data: unknown): void {
    this.onMsg({ content: { data } });
  }

  hello(protocol = PROTOCOL_VERSION): void {
    this.say({ type: 'hello', protocol, version: 'test' });
  }

  reply(id: string, result: unknown): void {
    this.say({ type: 'reply', id, ok: true, result });
  }
}

/** Behaviour of the kernels of a test. */
export interface IFakeBehaviour {
  onOpen?: (comm: FakeComm) => void;
  onRequest?: (comm: FakeComm, request: IWireRequest) => void;
}

/** A kernel connection with the members that our models use. */
export class FakeKernel {
  readonly statusChanged = new Signal<this, Kernel.Status>(this);
  readonly disposed = new Signal<this, void>(this);
  readonly anyMessage = new Signal<this, Kernel.IAnyMessageArgs>(this);
  readonly comms: FakeComm[] = [];
  status: Kernel.Status = 'idle';
  isDisposed = false;
  handleComms = true;

  constructor(
    readonly name: string,
    readonly behaviour: IFakeBehaviour,
    readonly id = `kernel-${++count}`
  ) {}

  createComm(target: string): FakeComm {
    const comm = new FakeComm(
      target,
      this.behaviour.onOpen ?? (opened => opened.hello()),
      this.behaviour.onRequest ?? (() => undefined)
    );
    this.comms.push(comm);
    return comm;
  }

  /** The last comm that was opened. */
  get comm(): FakeComm {
    return this.comms[this.comms.length - 1];
  }

  /** The page asks for a cell to be run. */
  ask(execution: string, cellId: string): void {
    const header = { msg_id: execution, msg_type: 'execute_request' };
    this._emit('send', { header, parent_header: {}, metadata: { cellId }, content: { silent: false } });
  }

  /** Reply and idle of a cell arrive. */
  finish(execution: string): void {
    for (const [msg_type, content] of [
      ['status', { execution_state: 'busy' }],
      ['execute_reply', { status: 'ok' }],
      ['status', { execution_state: 'idle' }]
    ] as const) {
      this._emit('recv', { header: { msg_type }, parent_header: { msg_id: execution }, metadata: {}, content });
    }
  }

  private _emit(direction: 'send' | 'recv', msg: object): void {
    this.anyMessage.emit({ direction, msg: msg as Kernel.IAnyMessageArgs['msg'] });
  }

  become(status: Kernel.Status): void {
    this.status = status;
    this.statusChanged.emit(status);
  }

  /** As JupyterLab does it when the server no longer knows the kernel. */
  die(): void {
    this.become('dead');
    this.isDisposed = true;
    this.disposed.emit();
  }

  get connection(): Kernel.IKernelConnection {
    return this as unknown as Kernel.IKernelConnection;
  }
}
let count = 0;

/** Sessions and kernelspecs of a server on which the kernels behave as told, one behaviour a start, the last for all. */
export class FakeServer {
  readonly kernels: FakeKernel[] = [];
  readonly started: Session.ISessionOptions[] = [];
  shutdowns = 0;
  specs: string[] = ['pyspark-emr', 'spark-emr', 'sparkr-emr'];

  constructor(private readonly _behaviours: IFakeBehaviour[] = [{}]) {}

  get kernel(): FakeKernel {
    return this.kernels[this.kernels.length - 1];
  }

  get manager(): Pick<ServiceManager.IManager, 'sessions' | 'kernelspecs'> {
    return {
      kernelspecs: {
        ready: Promise.resolve(),
        refreshSpecs: () => Promise.resolve(),
        specs: { default: '', kernelspecs: Object.fromEntries(this.specs.map(name => [name, { name }])) }
      },
      sessions: {
        startNew: (options: Session.ISessionOptions) => {
          this.started.push(options);
          const behaviour = this._behaviours[Math.min(this.kernels.length, this._behaviours.length - 1)];
          const kernel = new FakeKernel(String(options.kernel?.name), behaviour);
          this.kernels.push(kernel);
          return Promise.resolve({
            kernel,
            shutdown: () => {
              this.shutdowns++;
              kernel.die();
              return Promise.resolve();
            },
            dispose: () => undefined
          });
        }
      }
    } as unknown as Pick<ServiceManager.IManager, 'sessions' | 'kernelspecs'>;
  }
}

/** Resolves at the next emission for which the condition holds. */
export function when<T, U>(
  signal: { connect: (slot: (sender: T, args: U) => void) => boolean },
  condition: (args: U) => boolean = () => true
): Promise<U> {
  return new Promise(resolve => {
    signal.connect((_, args) => {
      if (condition(args)) {
        resolve(args);
      }
    });
  });
}

/** Let everything that is resolved already happen. */
export const settle = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0));
