import { EmrError } from '../../protocol';

import type { IControlService } from '../../control';
import type { IJsonObject, IMimeBundle, Language } from '../../protocol';
import type { IBindRequest, IListed, IRunResult, IStatementRequest } from '../../session';
import type { ICell, INotebook } from '../types';

/** What a cell put out, in order. */
export type Output =
  | { stream: string; text: string }
  | { display: IMimeBundle }
  | { result: IMimeBundle }
  | { page: string }
  | { clear: boolean };

/** A cell that keeps its outputs. */
export class FakeCell implements ICell {
  readonly outputs: Output[] = [];
  readonly abort = new AbortController();
  readonly silent = false;

  constructor(readonly code: string) {}

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** All that went to stdout. */
  get text(): string {
    return this.outputs.map(item => ('stream' in item ? item.text : '')).join('');
  }

  stream(name: 'stdout' | 'stderr', text: string): void {
    this.outputs.push({ stream: name, text });
  }

  display(data: IMimeBundle, _metadata?: IJsonObject, _displayId?: string): void {
    this.outputs.push({ display: data });
  }

  updateDisplay(): void {
    // Progress in place: not an output of its own.
  }

  result(data: IMimeBundle): void {
    this.outputs.push({ result: data });
  }

  clearOutput(wait: boolean): void {
    this.outputs.push({ clear: wait });
  }

  page(data: IMimeBundle): void {
    this.outputs.push({ page: data['text/plain'] as string });
  }

  setNextInput(): void {
    // Not looked at.
  }

  input(): Promise<string> {
    return Promise.reject(new Error('stdin is not allowed'));
  }
}

/** A notebook whose session records what it is asked. */
export function fakeNotebook(language: Language = 'pyspark', control?: Partial<IControlService>) {
  const ran: IStatementRequest[] = [];
  const bound: IBindRequest[] = [];
  const state = {
    answer: { displays: [] } as IRunResult,
    connected: false,
    settings: {} as Record<string, unknown>,
    deleted: [] as number[]
  };
  const session = {
    status: { state: 'idle', since: new Date().toISOString(), language, clusterName: 'trial' },
    get info() {
      return state.connected
        ? { id: 3, name: 'ann-trial-1', url: 'https://h:1', settings: {}, dropped: [] }
        : undefined;
    },
    offer: undefined as unknown,
    get settings() {
      return state.settings;
    },
    set settings(value: Record<string, unknown>) {
      state.settings = value;
    },
    nextSettings: () => state.settings,
    layers: () => [{ name: 'cell' as const, settings: state.settings }],
    problems: [] as string[],
    maxRows: 2500,
    request: undefined as IBindRequest | undefined,
    connect: (request: IBindRequest) => {
      bound.push(request);
      state.connected = true;
      return Promise.resolve(session.status);
    },
    disconnect: () => {
      state.connected = false;
      return Promise.resolve(session.status);
    },
    restart: () => Promise.resolve(session.status),
    run: (request: IStatementRequest) => {
      ran.push(request);
      return Promise.resolve(state.answer);
    },
    sessions: () =>
      Promise.resolve([
        { id: 3, name: 'ann-trial-1', state: 'idle', owner: null },
        { id: 4, name: 'ann-old-2', state: 'idle', owner: null },
        { id: 5, name: 'bob-x-3', state: 'busy', owner: null }
      ]),
    ownedSessions: async (here: number[]): Promise<IListed[]> =>
      (await session.sessions()).map(item => ({
        session: { ...item, state: 'idle' as const },
        whose: here.includes(item.id) ? 'here' : item.name.startsWith('ann-') ? 'mine' : 'other'
      })),
    deleteSession: (id: number) => {
      state.deleted.push(id);
      return Promise.resolve();
    },
    logs: () => Promise.resolve(['one', 'two'])
  };
  /** Named bindings: each records what it is asked as `session` does, with its name. */
  const named = new Map<string, typeof session>([['default', session]]);
  const bindings = {
    name: 'default',
    get current() {
      return bindings.get(bindings.name);
    },
    list: () => [...named].map(([name, item]) => ({ name, session: item, isCurrent: name === bindings.name })),
    get: (name: string) => {
      const found = named.get(name);
      if (!found) {
        throw new EmrError({ code: 'UnknownBinding', hop: 'kernel', message: `no binding named "${name}"` });
      }
      return found;
    },
    open: (name: string) => {
      const run = (request: IStatementRequest): Promise<IRunResult> => {
        ran.push({ ...request, on: name } as IStatementRequest);
        return Promise.resolve(state.answer);
      };
      const connect = (request: IBindRequest): ReturnType<typeof session.connect> => {
        made.request = request;
        return session.connect(request);
      };
      const made: typeof session = { ...session, status: session.status, info: undefined, run, connect };
      named.set(name, named.get(name) ?? made);
      return bindings.get(name);
    },
    configure: (settings: Record<string, unknown>) => {
      state.settings = settings;
    },
    use: (name: string) => {
      bindings.name = name;
      return bindings.get(name);
    },
    forget: (name: string) => {
      named.delete(name);
      bindings.name = 'default';
    }
  };
  const notebook = {
    language,
    version: '1',
    site: {},
    env: { JUPYTERHUB_USER: 'ann' },
    bindings,
    get session() {
      return bindings.current;
    },
    control: () => (control ? Promise.resolve(control) : Promise.reject(new Error('no control')))
  } as unknown as INotebook;
  return { notebook, ran, bound, state, session, bindings };
}
