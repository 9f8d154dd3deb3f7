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
  /** `name?` of IPython. */
  page?(data: IMimeBundle): void;
  /** `%load` of IPython. */
  setNextInput?(text: string, replace: boolean): void;
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

/** Completions as IPython gives them. Offsets are UTF-16 units into the code. */
export interface ILocalCompletion {
  matches: string[];
  cursorStart: number;
  cursorEnd: number;
  /** One a match (`function`, `instance`, …), where IPython tells. */
  types?: string[];
}

/**
 * A Python on the Jupyter host with a namespace of its own. One piece of code at a time, in order. Its process is
 * started by the first use, and anew by the first use after it ended.
 */
export interface ILocalPython {
  /** A folder of this Python alone (0700), for data on their way; it goes with the process. Starts the process. */
  folder(): Promise<string>;
  /**
   * Run code; its outputs go to the sink. The sink's signal interrupts it.
   *
   * @throws LocalError where it fails, EmrError where there is no Python to run it
   */
  run(code: string, sink: ILocalSink, options?: { silent?: boolean }): Promise<void>;
  /**
   * Run code of ours that shows nothing and return what it printed to stdout.
   *
   * @throws LocalError, EmrError
   */
  call(code: string, signal?: AbortSignal): Promise<string>;
  /**
   * What IPython would complete. Empty while code runs, before the first use, or where it takes longer than the limit.
   *
   * @param cursor - UTF-16 offset
   */
  complete(code: string, cursor: number, timeoutMs: number): Promise<ILocalCompletion>;
  /** Undefined where nothing is found, while code runs, before the first use, or not in time. */
  inspect(code: string, cursor: number, detail: 0 | 1, timeoutMs: number): Promise<IMimeBundle | undefined>;
  /** End the process; has a second. */
  shutdown(): Promise<void>;
}
