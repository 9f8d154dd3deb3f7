import type { IArguments, IOption } from '../cells';
import type { IControlOptions, IControlService } from '../control';
import type { ISiteConfig } from '../config';
import type { IJsonObject, IMimeBundle, Language } from '../protocol';
import type { Bindings, NotebookSession } from '../session';
import type { ILocalPython } from '../ipython';

export type { IArguments, IOption } from '../cells';

/** What a magic may do to the cell it stands in. */
export interface ICell {
  readonly code: string;
  readonly silent: boolean;
  /** The cell's number, as in `In [5]`. */
  readonly executionCount?: number;
  readonly signal: AbortSignal;
  /** Aborted by a second interrupt: wait for nothing any more. */
  readonly insisted?: AbortSignal;
  /** Id of the cell in its notebook, where the front end says. */
  readonly cellId?: string;
  stream(name: 'stdout' | 'stderr', text: string): void;
  display(data: IMimeBundle, metadata?: IJsonObject, displayId?: string): void;
  updateDisplay(data: IMimeBundle, displayId: string, metadata?: IJsonObject): void;
  result(data: IMimeBundle, metadata?: IJsonObject): void;
  clearOutput(wait: boolean): void;
  page(data: IMimeBundle): void;
  setNextInput(text: string, replace: boolean): void;
  input(prompt: string, password: boolean): Promise<string>;
}

/** A cell that knows how many outputs it has: progress that stands alone can be cleared away. */
export interface ICountedCell extends ICell {
  readonly outputs: number;
  /**
   * Take one display away again; the others stay.
   *
   * @param more - outputs follow at once, so that the page need not shrink in between
   */
  withdraw(displayId: string, more: boolean): void;
}

/** Which AWS account and region is meant. */
export type AwsContext = NonNullable<IControlOptions['aws']>;

/** What magics work on: one notebook. */
export interface INotebook {
  readonly language: Language;
  readonly version: string;
  /** The current binding's session. */
  readonly session: NotebookSession;
  /** All bindings of the notebook. */
  readonly bindings: Bindings;
  readonly site: ISiteConfig;
  readonly env: NodeJS.ProcessEnv;
  /** The control service for an account and region; made when first asked for. */
  control(aws?: AwsContext): Promise<IControlService>;
  /** The Python beside this kernel (`%%local`, `-o`, `%%send_to_spark`); started when first asked for. */
  python(): Promise<ILocalPython>;
}

/** A magic, or one sub-command of `%emr`. */
export interface ICommand {
  name: string;
  /** One line. */
  summary: string;
  /** e.g. `NAME --product …`. */
  usage?: string;
  options: readonly IOption[];
  run(invocation: IInvocation): Promise<void>;
}

export interface IInvocation {
  args: IArguments;
  /** The cell below a cell magic; empty for a line magic. */
  body: string;
  cell: ICountedCell;
  notebook: INotebook;
}
