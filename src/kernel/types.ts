import type { ICompletion, IIsComplete, IJsonObject, IMimeBundle, IMissedCell, Json } from '../protocol';

/**
 * The border between Jupyter (this folder) and what a cell means (an {@link IEngine}, wired in `main.ts`).
 * The kernel knows sockets, messages and queues; the engine knows neither.
 */

/** What an engine may do while it runs one cell. All of it ends up on iopub with the cell's parent header. */
export interface IExecution {
  readonly code: string;
  readonly silent: boolean;
  readonly storeHistory: boolean;
  /** The cell's number. */
  readonly executionCount: number;
  /** `cellId` of the request's metadata, where the front end sends it. */
  readonly cellId?: string;
  /** Aborted by an interrupt_request or shutdown_request. */
  readonly signal: AbortSignal;
  /** Aborted by a second interrupt_request: the cell ends now, whatever goes on elsewhere. */
  readonly insisted: AbortSignal;
  stream(name: 'stdout' | 'stderr', text: string): void;
  /** display_data; with `displayId` it can be updated later by anybody. */
  display(data: IMimeBundle, metadata?: IJsonObject, displayId?: string): void;
  updateDisplay(data: IMimeBundle, displayId: string, metadata?: IJsonObject): void;
  /** execute_result. */
  result(data: IMimeBundle, metadata?: IJsonObject): void;
  clearOutput(wait: boolean): void;
  /** Payload `page` of the execute_reply. */
  page(data: IMimeBundle): void;
  /** Payload `set_next_input` of the execute_reply. */
  setNextInput(text: string, replace: boolean): void;
  /** input_request on stdin; rejects where the front end does not allow it. */
  input(prompt: string, password: boolean): Promise<string>;
}

/** Thrown by an engine: the cell fails with exactly these words. Any other error becomes one of these. */
export class CellError extends Error {
  constructor(
    readonly ename: string,
    readonly evalue: string,
    /** Lines as the front end shows them, ANSI colours allowed. */
    readonly traceback: string[] = [`${ename}: ${evalue}`],
    /** Displayed below the error. */
    readonly details?: IMimeBundle
  ) {
    super(`${ename}: ${evalue}`);
    this.name = ename;
  }
}

/** Static part of the kernel_info_reply. */
export interface IKernelInfo {
  implementation: string;
  implementationVersion: string;
  banner: string;
  languageInfo: IJsonObject;
  helpLinks: { text: string; url: string }[];
}

/** An open comm. */
export interface IComm {
  readonly id: string;
  readonly targetName: string;
  /** comm_msg on iopub; may be called at any time. */
  send(data: IJsonObject, metadata?: IJsonObject): void;
  close(data?: IJsonObject): void;
  /** Called for each comm_msg of the other side. */
  onMessage?: (data: Json) => void;
  /** Called when the other side closes it, or the kernel ends. */
  onClose?: () => void;
}

/** Where an engine registers the comm targets it serves. An open of an unknown target is closed, as Jupyter asks. */
export interface ICommRegistry {
  register(targetName: string, onOpen: (comm: IComm, data: Json) => void): void;
}

/** Outputs that belong to a cell, without an execution of it in this kernel. */
export interface ILedgerRecord {
  /** An output or `clear_output`, in the words of iopub. */
  write(type: string, content: IJsonObject): void;
  /** There are no more. */
  end(): void;
}

/** The outputs that no page has confirmed. */
export interface IOutputLedger {
  /** Oldest first, those that still run among them. */
  missed(): IMissedCell[];
  /** How many executions were forgotten, for want of room, since this was asked last. */
  dropped(): number;
  /** A page has shown them to their end; those that still run are kept. */
  seen(executions: readonly string[]): void;
  /** Keep outputs that no execute_request asked for. */
  open(cell: Pick<IMissedCell, 'execution' | 'cellId' | 'code'>): ILedgerRecord;
  /**
   * Called at every change of one. The returned function stops it.
   *
   * @param listener - `unasked`: no execute_request asked for it
   */
  onChange(listener: (cell: IMissedCell, unasked: boolean) => void): () => void;
}

/** What a cell means. Given to `runKernel`. */
export interface IEngine {
  readonly info: IKernelInfo;
  /** Called once, before the first message. */
  start?(comms: ICommRegistry, outputs: IOutputLedger): void;
  /** An interrupt_request came; a running cell's signal is aborted by itself. */
  interrupt?(): void;
  /** Runs one cell; rejects with {@link CellError} where it fails. Called one at a time. */
  execute(cell: IExecution): Promise<void>;
  /** user_expressions: a MIME bundle, or throws {@link CellError}. */
  evaluate?(expression: string, cell: IExecution): Promise<IMimeBundle>;
  /** Answered while a cell runs. `cursor` is a UTF-16 offset. */
  complete(code: string, cursor: number): Promise<ICompletion>;
  /** Undefined: not found. */
  inspect(code: string, cursor: number, detail: 0 | 1): Promise<IMimeBundle | undefined>;
  isComplete(code: string): Promise<IIsComplete>;
  /** Clean up; has a few seconds, then the process ends. `restart` as in shutdown_request. */
  shutdown(restart: boolean): Promise<void>;
}
