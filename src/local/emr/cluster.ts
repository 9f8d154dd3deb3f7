/** One cluster: its life, its nodes, its Livy and who may use it. */
import type { Clock } from '../clock';
import { ec2Id, emrId } from '../ids';
import { LazyPort } from '../lazyPort';
import type { ILivyCredential } from '../livy/config';
import type { LivyProcess } from '../livyProcess';
import { Lifecycle, type IFailure } from './lifecycle';
import type { IClusterSpec, INodesSpec, State } from './types';

export const HOST = '127.0.0.1';

/** A node of a cluster. */
export interface INode {
  id: string;
  ec2InstanceId: string;
  volumeId: string;
  privateIp: string;
}

/** An instance group or fleet as it came to be. */
export interface INodes {
  id: string;
  spec: INodesSpec;
  nodes: INode[];
}

export class Cluster {
  readonly id = emrId('j');
  readonly arn: string;
  readonly lifecycle: Lifecycle;
  readonly groups: INodes[];
  terminationProtected: boolean;
  tags: IClusterSpec['tags'];
  /** Port of its Livy, once it has one. */
  livyPort?: number;
  /** Waits for the end of its start or of its life. */
  readonly listeners = new Set<(state: State) => void>();
  private idleTimeout?: number;
  private cancelIdle?: () => void;
  private credentials: ILivyCredential[] = [];
  private lazy?: LazyPort;

  /** @param makeLivy - its Livy, not started yet */
  constructor(
    readonly spec: IClusterSpec,
    region: string,
    accountId: string,
    private readonly clock: Clock,
    makeLivy: (cluster: Cluster, onSessions: () => void) => LivyProcess
  ) {
    this.arn = `arn:aws:elasticmapreduce:${region}:${accountId}:cluster/${this.id}`;
    this.tags = [...spec.tags];
    this.terminationProtected = spec.terminationProtected ?? false;
    this.idleTimeout = spec.idleTimeoutSeconds;
    let host = 9;
    this.groups = spec.nodes.map(nodes => ({
      id: emrId(spec.collection === 'INSTANCE_FLEET' ? 'if' : 'ig'),
      spec: nodes,
      nodes: Array.from({ length: nodes.count }, () => ({
        id: emrId('ci'),
        ec2InstanceId: ec2Id('i'),
        volumeId: ec2Id('vol'),
        privateIp: `10.0.12.${++host}`
      }))
    }));
    this.livy = makeLivy(this, () => this.watchIdle());
    this.lifecycle = new Lifecycle(
      clock,
      {
        bootstrap: async () => void (this.livyPort = await this.livy.start()),
        shutDown: () => this.stopLivy(),
        changed: state => {
          this.watchIdle();
          this.listeners.forEach(listener => listener(state));
        }
      },
      {
        existing: spec.existing?.createdAt,
        keepAlive: spec.keepAlive,
        ...(spec.failsAtBootstrap ? { failure: () => this.bootstrapFailure() } : {})
      }
    );
  }

  readonly livy: LivyProcess;

  get master(): INode {
    return this.groups.find(({ spec }) => spec.role === 'MASTER')!.nodes[0];
  }

  /** Open the port of a cluster that is there already; its Livy starts with the first connection. */
  async openLazily(): Promise<void> {
    this.lazy = await LazyPort.open(HOST, () => this.livy.start());
    this.livyPort = this.lazy.port;
  }

  /** Seconds; none: it stays until it is terminated. */
  get idleTimeoutSeconds(): number | undefined {
    return this.idleTimeout;
  }

  set idleTimeoutSeconds(seconds: number | undefined) {
    this.idleTimeout = seconds;
    this.cancelIdle?.();
    this.cancelIdle = undefined;
    this.watchIdle();
  }

  /** Admit one more pair. */
  admit(credential: ILivyCredential): void {
    const now = Date.now();
    this.credentials = [...this.credentials.filter(({ expiresAt }) => expiresAt > now), credential];
    this.livy.setCredentials(this.credentials);
  }

  /** All that were given out stop working now. */
  expireCredentials(): void {
    this.credentials = this.credentials.map(credential => ({ ...credential, expiresAt: Date.now() - 1000 }));
    this.livy.setCredentials(this.credentials);
  }

  /** At the end of the account. */
  async dispose(): Promise<void> {
    this.cancelIdle?.();
    await this.stopLivy();
  }

  private async stopLivy(): Promise<void> {
    this.lazy?.close();
    await this.livy.stop();
  }

  /** Idle: WAITING without a session. Counting begins when that begins, and ends when it ends. */
  private watchIdle(): void {
    const idle = this.lifecycle?.state === 'WAITING' && this.livy.sessions.every(({ state }) => GONE.has(state));
    if (!idle || this.idleTimeout === undefined) {
      this.cancelIdle?.();
      this.cancelIdle = undefined;
    } else {
      this.cancelIdle ??= this.clock.after(this.idleTimeout, () => this.endOfIdleness());
    }
  }

  private endOfIdleness(): void {
    this.cancelIdle = undefined;
    if (!this.terminationProtected) {
      this.lifecycle.terminate({
        Code: 'ALL_STEPS_COMPLETED',
        Message: `Terminated by the auto-termination policy: the cluster was idle for ${this.idleTimeout} seconds`
      });
    }
  }

  private bootstrapFailure(): IFailure {
    const instance = this.master.ec2InstanceId;
    const message = `On the master instance (${instance}), bootstrap action 1 returned a non-zero return code`;
    return {
      reason: { Code: 'BOOTSTRAP_FAILURE', Message: message },
      details: [
        {
          ErrorCode: 'BOOTSTRAP_FAILURE_PRIMARY_WITH_NON_ZERO_CODE',
          ErrorMessage: `The primary instance (${instance}) failed bootstrap action 1 with return code 1. See /var/log/bootstrap-actions/1/stderr.`,
          ErrorData: [
            { 'primary-instance-id': instance, 'bootstrap-action': '1', 'return-code': '1' },
            { 'public-doc': 'https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-bootstrap.html' }
          ]
        }
      ]
    };
  }
}

/** Session states that use nothing any more. */
export const GONE: ReadonlySet<string> = new Set(['shutting_down', 'error', 'dead', 'killed', 'success']);
