import { EmrError, errorText } from '../protocol';
import type { IJsonObject, IMimeBundle, Json } from '../protocol';
import type { History } from './history';
import type { OutputLedger } from './ledger';
import { logError } from './log';
import type { Publisher } from './outputs';
import type { IOutcome, IRequest } from './queue';
import type { Stdin } from './stdin';
import { CellError } from './types';
import type { IEngine, IExecution } from './types';
import type { IHeader } from './wire';

/** What running a cell needs. */
export interface IExecutionContext {
  engine: IEngine;
  publisher: Publisher;
  stdin: Stdin;
  history: History;
  ledger: OutputLedger;
  /** Sends the reply on the channel that the request came from. */
  reply: (request: IRequest, content: IJsonObject, metadata?: IJsonObject) => void;
}

/** Runs execute_requests on the engine and counts them. */
export class Executor {
  private count = 0;
  private running?: number;

  /** Number of the cell that runs now; undefined where none does, or it has none. */
  get runningCount(): number | undefined {
    return this.running;
  }

  constructor(private readonly context: IExecutionContext) {}

  /** Run a request to its end. Never rejects: whatever the engine throws is the cell's error. */
  async run(request: IRequest, signal: AbortSignal, insisted: AbortSignal): Promise<IOutcome> {
    const { engine, publisher, history, ledger, reply } = this.context;
    const { header, content } = request.message;
    const started = new Date().toISOString();
    publisher.status('busy', header);
    const cell = new Cell(request, signal, insisted, this.count + 1, this.context);
    if (cell.storeHistory) {
      this.count++;
      history.add(cell.executionCount, cell.code);
    }
    this.running = cell.silent ? undefined : cell.executionCount;
    if (!cell.silent) {
      const { code, cellId, executionCount } = cell;
      const execution = header.msg_id;
      ledger.begin({ execution, code, executionCount, ...(cellId === undefined ? {} : { cellId }) });
      publisher.publish('execute_input', { code: cell.code, execution_count: cell.executionCount }, header);
    }
    const common = { execution_count: cell.executionCount };
    let answer: IJsonObject;
    try {
      await engine.execute(cell);
      const expressions = await evaluateAll(engine, content['user_expressions'], cell);
      answer = { status: 'ok', ...common, payload: cell.payload, user_expressions: expressions };
    } catch (error) {
      const words = describe(error, signal);
      publisher.publish('error', words, header);
      if (error instanceof CellError && error.details) {
        publisher.publish('display_data', { data: error.details, metadata: {}, transient: {} }, header);
      }
      answer = { status: 'error', ...common, ...words, payload: cell.payload, user_expressions: {} };
    }
    if (cell.plainResult !== undefined) history.setOutput(cell.executionCount, cell.plainResult);
    this.running = undefined;
    const failed = answer['status'] === 'error';
    return {
      abortOthers: failed && !cell.silent && content['stop_on_error'] !== false,
      finish() {
        publisher.flush(); // what the cell wrote is out before its end is told
        ledger.end(header.msg_id);
        reply(request, answer, { started, status: answer['status'] });
        publisher.status('idle', header);
      }
    };
  }

  /** Answer a request that does not run because one before it failed or was interrupted. */
  abort(request: IRequest): void {
    const { publisher, reply } = this.context;
    const { header } = request.message;
    publisher.status('busy', header);
    const content = { status: 'aborted', execution_count: this.count, payload: [], user_expressions: {} };
    reply(request, content, { status: 'aborted' });
    publisher.status('idle', header);
  }
}

/** A cell as its engine sees it. Works on after the cell has ended: what comes late still finds its cell. */
class Cell implements IExecution {
  readonly code: string;
  readonly silent: boolean;
  readonly storeHistory: boolean;
  readonly cellId?: string;
  readonly payload: IJsonObject[] = [];
  /** text/plain of the last result. */
  plainResult?: string;
  private readonly header: IHeader;

  constructor(
    private readonly request: IRequest,
    readonly signal: AbortSignal,
    readonly insisted: AbortSignal,
    readonly executionCount: number,
    private readonly context: IExecutionContext
  ) {
    const { header, content, metadata } = request.message;
    this.header = header;
    this.code = typeof content['code'] === 'string' ? content['code'] : '';
    this.silent = content['silent'] === true;
    this.storeHistory = !this.silent && content['store_history'] !== false;
    if (typeof metadata['cellId'] === 'string') this.cellId = metadata['cellId'];
  }

  stream(name: 'stdout' | 'stderr', text: string): void {
    this.context.publisher.stream(name, text, this.header);
  }

  display(data: IMimeBundle, metadata: IJsonObject = {}, displayId?: string): void {
    const transient: IJsonObject = displayId === undefined ? {} : { display_id: displayId };
    this.context.publisher.publish('display_data', { data, metadata, transient }, this.header);
  }

  updateDisplay(data: IMimeBundle, displayId: string, metadata: IJsonObject = {}): void {
    const content = { data, metadata, transient: { display_id: displayId } };
    this.context.publisher.publish('update_display_data', content, this.header);
  }

  result(data: IMimeBundle, metadata: IJsonObject = {}): void {
    if (this.silent) return;
    if (typeof data['text/plain'] === 'string') this.plainResult = data['text/plain'];
    const content = { execution_count: this.executionCount, data, metadata };
    this.context.publisher.publish('execute_result', content, this.header);
  }

  clearOutput(wait: boolean): void {
    this.context.publisher.publish('clear_output', { wait }, this.header);
  }

  page(data: IMimeBundle): void {
    this.payload.push({ source: 'page', data, start: 0 });
  }

  setNextInput(text: string, replace: boolean): void {
    this.payload.push({ source: 'set_next_input', text, replace });
  }

  async input(prompt: string, password: boolean): Promise<string> {
    const { publisher, stdin } = this.context;
    publisher.flush();
    return await stdin.ask(this.request.message, prompt, password, this.signal);
  }
}

async function evaluateAll(engine: IEngine, expressions: Json | undefined, cell: IExecution): Promise<IJsonObject> {
  const answers: IJsonObject = {};
  if (typeof expressions !== 'object' || expressions === null || Array.isArray(expressions)) return answers;
  for (const [name, expression] of Object.entries(expressions)) {
    try {
      if (!engine.evaluate || typeof expression !== 'string') {
        throw new CellError('NotImplementedError', 'This kernel does not evaluate user_expressions.');
      }
      answers[name] = { status: 'ok', data: await engine.evaluate(expression, cell), metadata: {} };
    } catch (error) {
      answers[name] = { status: 'error', ...describe(error, cell.signal) };
    }
  }
  return answers;
}

/** Any thrown value as ename, evalue and traceback. */
export function describe(error: unknown, signal?: AbortSignal): { ename: string; evalue: string; traceback: string[] } {
  if (error instanceof CellError) return { ename: error.ename, evalue: error.evalue, traceback: error.traceback };
  if (error instanceof EmrError) {
    const text = errorText(error);
    return { ename: error.code, evalue: error.message, traceback: `${error.code}: ${text}`.split('\n') };
  }
  const { name, message } = nameOf(error);
  if (signal?.aborted && (error === signal.reason || name === 'AbortError')) {
    return describe(new CellError('KeyboardInterrupt', 'The cell was interrupted.'));
  }
  logError('unexpected error', error);
  return describe(new CellError(name, message));
}

/** By shape and not by class: errors of Node's own functions may come from another realm. */
function nameOf(error: unknown): { name: string; message: string } {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return typeof name === 'string' && typeof message === 'string'
    ? { name, message }
    : { name: 'Error', message: String(error) };
}
