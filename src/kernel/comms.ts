import type { IJsonObject, Json } from '../protocol';
import { logError } from './log';
import type { Publisher } from './outputs';
import type { IComm, ICommRegistry } from './types';
import type { IMessage } from './wire';

/** The open comms and the targets that the engine serves. */
export class Comms implements ICommRegistry {
  private readonly targets = new Map<string, (comm: IComm, data: Json) => void>();
  private readonly open = new Map<string, Comm>();

  constructor(private readonly publisher: Publisher) {}

  register(targetName: string, onOpen: (comm: IComm, data: Json) => void): void {
    this.targets.set(targetName, onOpen);
  }

  /** comm_open of the front end. Where nobody serves the target, or the one who does throws, it is closed again. */
  handleOpen({ content, header }: IMessage): void {
    const { comm_id: id, target_name: targetName } = content;
    if (typeof id !== 'string' || typeof targetName !== 'string') return;
    const onOpen = this.targets.get(targetName);
    if (!onOpen) {
      this.publisher.publish('comm_close', { comm_id: id, data: {} }, header);
      return;
    }
    // A page that did not hear us opens the same comm again: who served it before serves nobody.
    const before = this.open.get(id);
    if (before) this.end(before);
    const comm = new Comm(id, targetName, this.publisher, () => this.open.delete(id));
    this.open.set(id, comm);
    try {
      onOpen(comm, content['data'] ?? {});
    } catch (error) {
      logError(`opening a comm of ${targetName} failed`, error);
      comm.close();
    }
  }

  /** comm_msg of the front end. One for a comm that is closed already is nobody's. */
  handleMessage({ content }: IMessage): void {
    const comm = this.find(content);
    if (comm) guard(comm, () => comm.onMessage?.(content['data'] ?? {}));
  }

  /** comm_close of the front end. */
  handleClose({ content }: IMessage): void {
    const comm = this.find(content);
    if (comm) this.end(comm);
  }

  /** `comms` of the comm_info_reply; with a target name only those of the target. */
  list(targetName: Json | undefined): IJsonObject {
    const comms = [...this.open.values()].filter(comm => !targetName || comm.targetName === targetName);
    return Object.fromEntries(comms.map(comm => [comm.id, { target_name: comm.targetName }]));
  }

  /** The kernel ends: tell those who serve the comms. */
  closeAll(): void {
    for (const comm of [...this.open.values()]) this.end(comm);
  }

  private find(content: IJsonObject): Comm | undefined {
    const id = content['comm_id'];
    return typeof id === 'string' ? this.open.get(id) : undefined;
  }

  private end(comm: Comm): void {
    this.open.delete(comm.id);
    comm.closed = true;
    guard(comm, () => comm.onClose?.());
  }
}

class Comm implements IComm {
  onMessage?: (data: Json) => void;
  onClose?: () => void;
  closed = false;

  constructor(
    readonly id: string,
    readonly targetName: string,
    private readonly publisher: Publisher,
    private readonly forget: () => void
  ) {}

  send(data: IJsonObject, metadata: IJsonObject = {}): void {
    if (this.closed) return;
    // No parent: the page finds the comm by its id, and a push belongs to no request.
    this.publisher.publish('comm_msg', { comm_id: this.id, data }, {}, metadata);
  }

  close(data: IJsonObject = {}): void {
    if (this.closed) return;
    this.closed = true;
    this.forget();
    this.publisher.publish('comm_close', { comm_id: this.id, data }, {});
  }
}

function guard(comm: IComm, body: () => void): void {
  try {
    body();
  } catch (error) {
    logError(`a comm of ${comm.targetName} failed`, error);
  }
}
