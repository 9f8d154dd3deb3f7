import type { IJsonObject, IMimeBundle } from '../protocol';

/** Where the outputs of local code go: the part of a cell that is needed. */
export interface ILocalSink {
  readonly signal: AbortSignal;
  stream(name: 'stdout' | 'stderr', text: string): void;
  display(data: IMimeBundle, metadata?: IJsonObject, displayId?: string): void;
  updateDisplay(data: IMimeBundle, displayId: string, metadata?: IJsonObject): void;
  result(data: IMimeBundle, metadata?: IJsonObject): void;
  clearOutput(wait: boolean): void;
  /** input_request; rejects where the front end does not allow it. */
  input(prompt: string, password: boolean): Promise<string>;
}

/** Local code failed: the cell shows it with IPython's own traceback. Same shape as a remote error. */
export class LocalError extends Error {
  constructor(
    readonly ename: string,
    readonly evalue: string,
    /** Lines, ANSI colours in them. */
    readonly traceback: string[]
  ) {
    super(`${ename}: ${evalue}`);
    this.name = ename;
  }
}

/** A Python on the Jupyter host with a namespace of its own. One piece of code at a time, in order. */
export interface ILocalPython {
  /**
   * Run code; its outputs go to the sink. The sink's signal interrupts it.
   *
   * @throws LocalError where it fails
   */
  run(code: string, sink: ILocalSink, options?: { silent?: boolean }): Promise<void>;
  /**
   * Run code of ours that shows nothing and return what it printed to stdout.
   *
   * @throws LocalError
   */
  call(code: string, signal?: AbortSignal): Promise<string>;
  /** Completions as IPython gives them; offsets are UTF-16. Empty where it takes longer than the limit. */
  complete(
    code: string,
    cursor: number,
    timeoutMs: number
  ): Promise<{ matches: string[]; cursorStart: number; cursorEnd: number }>;
  /** Undefined where nothing is found, or not in time. */
  inspect(code: string, cursor: number, detail: 0 | 1, timeoutMs: number): Promise<IMimeBundle | undefined>;
  /** End the process; has a second. */
  shutdown(): Promise<void>;
}
