import { CONTROL_TARGET, EmrError, SESSION_TARGET } from '../protocol';
import { kernelInfo } from './engineInfo';
import { recordTaken } from './engineReattach';
import { CellError } from './types';

import type { Assist } from '../assist';
import type { IControlService } from '../control';
import type { IAwsContext } from '../aws/context';
import type * as Magics from '../magics';
import type { INotebook } from '../magics';
import type { ILocalPython } from '../ipython';
import type { ICompletion, IIsComplete, IMimeBundle, Json, Language } from '../protocol';
import type * as Session from '../session';
import type { ICommRegistry, IComm, IEngine, IExecution, IOutputLedger } from './types';

/** All that is only needed once somebody runs a cell or opens a comm: loaded then. */
interface ILoaded {
  magics: typeof Magics;
  session: typeof Session;
  notebook: INotebook;
}

/** What cells mean on EMR: magics here, code on the cluster. Loads what it needs when it needs it. */
export class EmrEngine implements IEngine {
  readonly info;
  private loading?: Promise<ILoaded>;
  private python?: Promise<ILocalPython>;
  private assist?: Assist;
  private outputs?: IOutputLedger;
  /** Stops what an earlier kernel had started. */
  private interruptTaken?: () => void;
  private readonly controls = new Map<string, Promise<IControlService>>();

  constructor(
    private readonly language: Language,
    private readonly version: string,
    private readonly env: NodeJS.ProcessEnv = process.env
  ) {
    this.info = kernelInfo(language, version);
  }

  start(comms: ICommRegistry, outputs: IOutputLedger): void {
    this.outputs = outputs;
    comms.register(SESSION_TARGET, (comm, data) =>
      late(comm, async () => {
        const { session, notebook } = await this.load();
        session.serveSessionComm(comm, data, notebook.bindings, this.version, outputs);
      })
    );
    comms.register(CONTROL_TARGET, (comm, data) =>
      late(comm, async () => {
        const { serveControlComm, createControl } = await import('../control');
        const control = await this.site()
          .then(site => this.shared(undefined, () => createControl({ site })))
          .then(
            made => () => made,
            // A bad configuration is the answer to each request.
            (error: unknown) => () => {
              throw error;
            }
          );
        serveControlComm(comm, data, control);
      })
    );
  }

  async execute(cell: IExecution): Promise<void> {
    try {
      const { magics, notebook } = await this.load();
      await magics.runCell(cell, notebook);
    } catch (error) {
      throw cellError(error);
    }
  }

  async evaluate(expression: string, cell: IExecution): Promise<IMimeBundle> {
    try {
      const { notebook } = await this.load();
      const output = await notebook.session.run(
        { code: expression, kind: this.language },
        { signal: cell.signal, insisted: cell.insisted }
      );
      return output.result ?? output.displays[0] ?? { 'text/plain': output.stdout ?? '' };
    } catch (error) {
      throw cellError(error);
    }
  }

  async complete(code: string, cursor: number): Promise<ICompletion> {
    return (await this.help()).complete(code, cursor);
  }

  async inspect(code: string, cursor: number, detail: 0 | 1): Promise<IMimeBundle | undefined> {
    return (await this.help()).inspect(code, cursor, detail);
  }

  async isComplete(code: string): Promise<IIsComplete> {
    const { isComplete } = await import('../assist/isComplete');
    return isComplete(code, this.language);
  }

  interrupt(): void {
    this.interruptTaken?.();
  }

  async shutdown(restart: boolean): Promise<void> {
    const loaded = await this.loading?.catch(() => undefined);
    const python = this.python?.then(
      local => local.shutdown(),
      () => undefined
    );
    await Promise.all([
      python,
      ...(loaded?.notebook.bindings.list().map(({ session }) => session.shutdown(restart)) ?? [])
    ]);
    for (const control of this.controls.values()) {
      (await control.catch(() => undefined))?.dispose();
    }
  }

  /** Help while typing. */
  private async help(): Promise<Assist> {
    const { notebook } = await this.load();
    const { Assist } = await import('../assist');
    return (this.assist ??= new Assist({ notebook, localPython: () => this.python }));
  }

  private load(): Promise<ILoaded> {
    this.loading ??= this.loadOnce().catch((error: unknown) => {
      // A bad site configuration may be mended while the kernel runs.
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private async loadOnce(): Promise<ILoaded> {
    const [magics, session, site] = await Promise.all([import('../magics'), import('../session'), this.site()]);
    const bindings = new session.Bindings({
      language: this.language,
      site,
      env: this.env,
      emr: session.emrPort,
      onTaken: taken => {
        const { outputs } = this;
        if (outputs) {
          void recordTaken(taken, outputs, { magics, notebook, cellError });
        }
      }
    });
    this.interruptTaken = () => bindings.list().forEach(item => item.session.interrupt());
    const notebook: INotebook = {
      language: this.language,
      version: this.version,
      site,
      env: this.env,
      bindings,
      get session() {
        return bindings.current;
      },
      python: () =>
        (this.python ??= import('../ipython').then(({ startLocalPython }) =>
          startLocalPython(this.env, site.localPython)
        )),
      control: async aws => {
        const { createControl } = await import('../control');
        return this.shared(aws, () => createControl({ site, ...(aws ? { aws } : {}) }));
      }
    };
    // For completion and help; a cell that names one looks again.
    magics.ownMagics.refresh(notebook).catch(() => undefined);
    return { magics, session, notebook };
  }

  private async site() {
    const { readSiteConfig } = await import('../config');
    return readSiteConfig(this.env);
  }

  /** One control an account and region. */
  private shared(aws: IAwsContext | undefined, make: () => IControlService): Promise<IControlService> {
    const key = JSON.stringify(aws ?? {});
    let control = this.controls.get(key);
    if (!control) {
      control = Promise.resolve().then(make);
      control.catch(() => this.controls.delete(key));
      this.controls.set(key, control);
    }
    return control;
  }
}

/** Keep what a comm says while its handler is being loaded, and hand it over then. */
function late(comm: IComm, serve: () => Promise<void>): void {
  const early: Json[] = [];
  let closed = false;
  comm.onMessage = data => early.push(data);
  comm.onClose = () => (closed = true);
  serve().then(
    () => {
      if (closed) {
        comm.onClose?.();
        return;
      }
      for (const data of early) {
        comm.onMessage?.(data);
      }
    },
    (error: unknown) => {
      const info =
        error instanceof EmrError ? error.toJSON() : { code: 'Error', hop: 'kernel', message: String(error) };
      comm.send({ type: 'refused', error: { ...info } });
      comm.close();
    }
  );
}

/** Our errors, and Spark's, in a cell's words. */
function cellError(error: unknown): unknown {
  const remote = error as { ename?: unknown; evalue?: unknown; traceback?: unknown; details?: IMimeBundle };
  if (error instanceof Error && typeof remote.ename === 'string' && Array.isArray(remote.traceback)) {
    return new CellError(remote.ename, String(remote.evalue), remote.traceback as string[], remote.details);
  }
  if (error instanceof EmrError) {
    const lines = [`${error.code}: ${error.message}`, ...(error.fix ? [error.fix] : [])];
    return new CellError(error.code, error.message, error.detail ? [...lines, '', error.detail] : lines);
  }
  return error;
}
