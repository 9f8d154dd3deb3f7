import type { IJsonObject, IMimeBundle, IMissedCell } from '../protocol';
import type { ILedgerRecord, IOutputLedger } from './types';

/** Executions that are kept; what is older is forgotten. */
const MAX_ENTRIES = 200;
/** Characters of all outputs that are kept; the oldest give way to a note. */
const MAX_SIZE = 16_000_000;
const NOTE: IJsonObject = {
  output_type: 'stream',
  name: 'stderr',
  text: 'The outputs of this cell came while no page was there to show them, and were too large to be kept. Run it again.\n'
};

/** One output as nbformat 4 has it, with what nbformat does not keep. */
interface IKept {
  output: IJsonObject;
  displayId?: string;
  size: number;
}

interface IEntry extends Omit<IMissedCell, 'outputs'> {
  outputs: IKept[];
  size: number;
  /** `clear_output` with `wait`: at the next output. */
  clearNext: boolean;
  /** Its outputs were dropped: no more of them are kept. */
  dropped: boolean;
  /** No execute_request asked for it: nobody else shows it. */
  unasked: boolean;
}

/**
 * The outputs of each execution until a page says that it has shown them, as a notebook would hold them: streams
 * merged, displays updated, cleared outputs gone. A front end that never says so costs no more than the limits.
 */
export class OutputLedger implements IOutputLedger {
  private readonly entries = new Map<string, IEntry>();
  private readonly listeners = new Set<(cell: IMissedCell, unasked: boolean) => void>();
  private size = 0;
  /** Forgotten for want of room since somebody asked. */
  private lost = 0;

  constructor(
    private readonly maxSize = MAX_SIZE,
    private readonly maxEntries = MAX_ENTRIES
  ) {}

  /** An execute_request starts; an earlier run of the same cell is superseded. */
  begin(cell: Omit<IMissedCell, 'outputs' | 'running'>, unasked = false): void {
    for (const [execution, entry] of this.entries) {
      if (execution === cell.execution || (cell.cellId !== undefined && entry.cellId === cell.cellId)) {
        this.forget(execution);
      }
    }
    this.entries.set(cell.execution, {
      ...cell,
      running: true,
      outputs: [],
      size: 0,
      clearNext: false,
      dropped: false,
      unasked
    });
    for (const execution of this.entries.keys()) {
      if (this.entries.size <= this.maxEntries) {
        break;
      }
      this.forget(execution);
      this.lost++;
    }
  }

  /** A message that went out on iopub; those of no kept execution, and those that are no output, are passed over. */
  take(execution: unknown, type: string, content: IJsonObject): void {
    if (type === 'update_display_data') {
      this.update(content);
      return;
    }
    const entry = typeof execution === 'string' ? this.entries.get(execution) : undefined;
    if (!entry) {
      return;
    }
    if (type === 'clear_output') {
      entry.clearNext = content['wait'] === true;
      if (!entry.clearNext) {
        this.clear(entry);
      }
      this.tell(entry);
      return;
    }
    const output = outputOf(type, content);
    if (output) {
      const { display_id: displayId } = (content['transient'] ?? {}) as { display_id?: unknown };
      this.add(entry, output, typeof displayId === 'string' ? displayId : undefined);
    }
  }

  /** It has ended. */
  end(execution: string): void {
    const entry = this.entries.get(execution);
    if (entry?.running) {
      entry.running = false;
      this.tell(entry);
    }
  }

  open(cell: Pick<IMissedCell, 'execution' | 'cellId' | 'code'>): ILedgerRecord {
    const { execution } = cell;
    this.begin({ ...cell, executionCount: null }, true);
    const entry = this.entries.get(execution);
    if (entry) {
      this.tell(entry);
    }
    return {
      write: (type, content) => this.take(execution, type, content),
      end: () => this.end(execution)
    };
  }

  missed(): IMissedCell[] {
    return [...this.entries.values()].map(toMissed);
  }

  dropped(): number {
    const { lost } = this;
    this.lost = 0;
    return lost;
  }

  seen(executions: readonly string[]): void {
    for (const execution of executions) {
      // What runs still has outputs to come.
      if (this.entries.get(execution)?.running === false) {
        this.forget(execution);
      }
    }
  }

  onChange(listener: (cell: IMissedCell, unasked: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private add(entry: IEntry, output: IJsonObject, displayId: string | undefined): void {
    if (entry.clearNext) {
      entry.clearNext = false;
      this.clear(entry);
    }
    if (entry.dropped) {
      return;
    }
    const last = entry.outputs.at(-1);
    if (output['output_type'] === 'stream' && last?.output['name'] === output['name']) {
      const { text } = output as { text: string };
      last.output['text'] = `${last.output['text'] as string}${text}`;
      last.size += text.length;
      this.grow(entry, text.length);
    } else {
      const size = sizeOf(output);
      entry.outputs.push({ output, size, ...(displayId === undefined ? {} : { displayId }) });
      this.grow(entry, size);
    }
    this.tell(entry);
  }

  /** A display is updated wherever it stands. */
  private update(content: IJsonObject): void {
    const { display_id: id } = (content['transient'] ?? {}) as { display_id?: unknown };
    for (const entry of this.entries.values()) {
      const kept = entry.outputs.filter(({ displayId }) => displayId !== undefined && displayId === id);
      for (const item of kept) {
        item.output = { ...item.output, data: content['data'] ?? {}, metadata: content['metadata'] ?? {} };
        const size = sizeOf(item.output);
        this.grow(entry, size - item.size);
        item.size = size;
      }
      if (kept.length > 0) {
        this.tell(entry);
      }
    }
  }

  private clear(entry: IEntry): void {
    this.grow(entry, -entry.size);
    entry.outputs = [];
    entry.dropped = false;
  }

  /** Where it is too much, the oldest outputs give way. */
  private grow(entry: IEntry, by: number): void {
    entry.size += by;
    this.size += by;
    for (const old of this.entries.values()) {
      if (this.size <= this.maxSize) {
        return;
      }
      if (!old.dropped && old.size > 0) {
        this.size -= old.size;
        old.size = 0;
        old.outputs = [{ output: NOTE, size: 0 }];
        old.dropped = true;
      }
    }
  }

  private forget(execution: string): void {
    this.size -= this.entries.get(execution)?.size ?? 0;
    this.entries.delete(execution);
  }

  private tell(entry: IEntry): void {
    if (this.listeners.size > 0) {
      const cell = toMissed(entry);
      this.listeners.forEach(listener => listener(cell, entry.unasked));
    }
  }
}

function toMissed({ execution, cellId, code, executionCount, outputs, running }: IEntry): IMissedCell {
  return {
    execution,
    ...(cellId === undefined ? {} : { cellId }),
    code,
    executionCount,
    outputs: outputs.map(({ output }) => output),
    running
  };
}

/** A message's content as an output of nbformat 4; undefined where it is none. */
function outputOf(type: string, content: IJsonObject): IJsonObject | undefined {
  const { data = {}, metadata = {} } = content;
  switch (type) {
    case 'stream':
      return { output_type: type, name: content['name'] ?? 'stdout', text: content['text'] ?? '' };
    case 'display_data':
      return { output_type: type, data, metadata };
    case 'execute_result':
      return { output_type: type, execution_count: content['execution_count'] ?? null, data, metadata };
    case 'error': {
      const { ename = '', evalue = '', traceback = [] } = content;
      return { output_type: type, ename, evalue, traceback };
    }
    default:
      return undefined;
  }
}

/** About how many characters an output has; a bundle is not written out for it. */
function sizeOf(output: IJsonObject): number {
  const length = (value: unknown): number =>
    typeof value === 'string' ? value.length : value === undefined ? 0 : JSON.stringify(value).length;
  return (
    100 + length(output['text']) + lengths(output['data'] as IMimeBundle | undefined) + length(output['traceback'])
  );

  function lengths(data: IMimeBundle | undefined): number {
    return Object.values(data ?? {}).reduce<number>((sum, value) => sum + length(value), 0);
  }
}
