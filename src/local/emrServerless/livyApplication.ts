/** The Livy of one application: a process that is there while somebody has sessions, and who has which. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { GONE, HOST } from '../emr/cluster';
import type { ILivySite } from '../emr/clusters';
import { secret } from '../ids';
import type { ILivySessionInfo } from '../livy/config';
import { LivyProcess } from '../livyProcess';
import type { ICaller } from '../types';
import type { Application } from './application';
import type { ISparkUi } from './dashboard';
import { takeWorkers, type IDemand } from './demand';

/** User and password of our own requests to the process. */
export interface IPass {
  username: string;
  password: string;
}

/** A session that may be made now. */
export interface IOpening {
  port: number;
  pass: IPass;
  /** Say which session it became; none: it became none. */
  settle(sessionId?: number): void;
}

interface IHolder {
  sessionId?: number;
}

export class LivyApplication {
  private livy?: LivyProcess;
  private livyPort?: number;
  private readonly passes = new Map<string, IPass & { role: string; env: Record<string, string> }>();
  private readonly holders = new Set<IHolder>();
  /** Spark's own ids of the sessions there have been, by the id that they tell. */
  private readonly sparkAppIds = new Map<string, string>();

  constructor(
    readonly application: Application,
    private readonly site: ILivySite,
    private readonly eventDir: string
  ) {
    application.listeners.add(() => {
      if (application.state === 'STOPPING' || application.state === 'TERMINATED') {
        void this.close();
      }
    });
  }

  get enabled(): boolean {
    return this.application.spec.interactiveConfiguration?.livyEndpointEnabled === true;
  }

  /** Of the process; undefined: there is none, and no session. */
  get port(): number | undefined {
    return this.livyPort;
  }

  get sessions(): readonly ILivySessionInfo[] {
    return this.livy?.sessions ?? [];
  }

  /** With which a session can be used by whoever may use the endpoint: that of who made it. */
  passFor(sessionIdOrName: string | undefined): IPass {
    const owner = this.sessions.find(
      ({ id, name }) => String(id) === sessionIdOrName || name === sessionIdOrName
    )?.owner;
    return this.passes.get(owner ?? '') ?? [...this.passes.values()][0];
  }

  /**
   * Make room for one more session: start the application and its Livy, take the workers.
   *
   * @param env - of the session's driver: the keys of the role
   * @returns why there is no room
   */
  async open(caller: ICaller, role: string, env: Record<string, string>, demand: IDemand): Promise<IOpening | string> {
    const { application } = this;
    if (application.state !== 'STARTED' && application.state !== 'STARTING' && !application.autoStart) {
      return `Application ${application.id} is in state ${application.state} and does not start automatically. Start it first.`;
    }
    const holder: IHolder = {};
    application.enter(holder);
    try {
      if (!(await application.up())) {
        application.leave(holder);
        return `Application ${application.id} is in state ${application.state}.`;
      }
      const workers = takeWorkers(application.ledger, holder, demand);
      if (typeof workers === 'string') {
        application.leave(holder);
        return 'Session failed as worker could not be allocated as application has exceeded maximumCapacity.';
      }
      const port = await this.start();
      const pass = this.admit(caller, role, env);
      this.holders.add(holder);
      return { port, pass, settle: sessionId => this.settle(holder, sessionId) };
    } catch (error) {
      application.leave(holder);
      throw error;
    }
  }

  /** The Spark UI of a session by its application id; undefined: there was no such session. */
  sparkUi(appId: string): ISparkUi | undefined {
    const session = this.sessions.find(item => item.appId === appId);
    const sparkAppId = this.sparkAppIds.get(appId);
    return sparkAppId === undefined
      ? undefined
      : { sparkAppId, ...(session && !GONE.has(session.state) ? { uiUrl: session.sparkUiUrl } : {}) };
  }

  async close(): Promise<void> {
    const { livy } = this;
    this.livy = undefined;
    this.livyPort = undefined;
    await livy?.stop();
    this.holders.forEach(holder => this.drop(holder));
  }

  private async start(): Promise<number> {
    const { id } = this.application;
    mkdirSync(this.eventDir, { recursive: true, mode: 0o700 });
    this.livy ??= new LivyProcess(
      this.site.program,
      {
        clusterId: id,
        host: HOST,
        port: 0,
        auth: true,
        python: this.site.python,
        ...(this.site.javaHome ? { javaHome: this.site.javaHome } : {}),
        workDir: join(this.site.workDir, id),
        jobRunIds: true,
        sparkConf: {
          ...this.site.sparkConf,
          'spark.eventLog.enabled': 'true',
          'spark.eventLog.dir': `file://${this.eventDir}`
        }
      },
      () => this.watch()
    );
    this.livyPort = await this.livy.start();
    return this.livyPort;
  }

  private admit(caller: ICaller, role: string, env: Record<string, string>): IPass {
    const digest = createHash('sha256').update([caller.arn, role, this.application.id].join('\n')).digest('hex');
    const username = `user_${digest.slice(0, 24)}`;
    const known = { username, password: this.passes.get(username)?.password ?? secret(24), role, env };
    this.passes.set(username, known);
    this.livy!.setCredentials(
      [...this.passes.values()].map(pass => ({
        username: pass.username,
        passwordSha256: createHash('sha256').update(pass.password).digest('hex'),
        role: pass.role,
        env: pass.env,
        expiresAt: Number.MAX_SAFE_INTEGER
      }))
    );
    return known;
  }

  private settle(holder: IHolder, sessionId: number | undefined): void {
    if (sessionId === undefined) {
      this.drop(holder);
    } else {
      holder.sessionId = sessionId;
      this.watch();
    }
  }

  /** Sessions that have ended give back what they had. */
  private watch(): void {
    for (const { appId, sparkAppId } of this.sessions) {
      if (appId !== undefined && sparkAppId !== undefined) {
        this.sparkAppIds.set(appId, sparkAppId);
      }
    }
    for (const holder of this.holders) {
      const session = this.sessions.find(({ id }) => id === holder.sessionId);
      if (holder.sessionId !== undefined && (session === undefined || GONE.has(session.state))) {
        this.drop(holder);
      }
    }
  }

  private drop(holder: IHolder): void {
    this.holders.delete(holder);
    this.application.leave(holder);
  }
}
