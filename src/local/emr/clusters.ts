/** The clusters of one region. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { CertificateAuthority } from '../ca';
import type { Clock } from '../clock';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import type { ILivyConfig } from '../livy/config';
import { LivyProcess } from '../livyProcess';
import { LIVY_USER } from '../secrets';
import { Cluster, HOST } from './cluster';
import { hasRuntimeRoles } from './security';
import type { IClusterSpec } from './types';

/** What every cluster's Livy is made with. */
export interface ILivySite {
  /** `livy.mjs`. */
  program: string;
  python: string;
  javaHome?: string;
  workDir: string;
  ca: CertificateAuthority;
  /** Spark properties of every driver. */
  sparkConf?: Record<string, string>;
}

export class Clusters {
  private readonly byId = new Map<string, Cluster>();

  constructor(
    readonly region: string,
    private readonly clock: Clock,
    private readonly livy: ILivySite
  ) {}

  /** Newest first, as ListClusters has them. */
  list(): Cluster[] {
    return [...this.byId.values()].sort((a, b) => b.lifecycle.createdAt.getTime() - a.lifecycle.createdAt.getTime());
  }

  async create(spec: IClusterSpec): Promise<Cluster> {
    const tls = await this.livy.ca.issue();
    const cluster = new Cluster(spec, this.region, ACCOUNT_ID, this.clock, ({ id }, onSessions) => {
      const config: ILivyConfig = {
        clusterId: id,
        host: HOST,
        port: 0,
        tls,
        auth: hasRuntimeRoles(spec.securityConfiguration) || hasOwnUsers(spec),
        python: this.livy.python,
        ...(this.livy.javaHome ? { javaHome: this.livy.javaHome } : {}),
        workDir: join(this.livy.workDir, id),
        ...(this.livy.sparkConf ? { sparkConf: this.livy.sparkConf } : {})
      };
      return new LivyProcess(this.livy.program, config, onSessions);
    });
    if (hasOwnUsers(spec)) {
      const passwordSha256 = createHash('sha256').update(LIVY_USER.password).digest('hex');
      cluster.admit({ username: LIVY_USER.username, passwordSha256, role: '', expiresAt: Number.MAX_SAFE_INTEGER });
    }
    if (spec.existing) {
      await cluster.openLazily();
    }
    this.byId.set(cluster.id, cluster);
    return cluster;
  }

  find(id: string): Cluster | undefined {
    return this.byId.get(id);
  }

  /** @throws AwsError `InvalidRequestException` as EMR says it */
  get(id: string): Cluster {
    const cluster = this.byId.get(id);
    if (!cluster) {
      throw new AwsError('InvalidRequestException', `Cluster id '${id}' is not valid.`, 400, {
        ErrorCode: 'NoSuchCluster'
      });
    }
    return cluster;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.list().map(cluster => cluster.dispose()));
  }
}

/** Livy asks for users that it knows itself (`livy.server.auth.type: ldap`), not for EMR's session credentials. */
function hasOwnUsers({ configurations }: IClusterSpec): boolean {
  return configurations.some(
    ({ Classification, Properties }) =>
      Classification === 'livy-conf' && Properties?.['livy.server.auth.type'] === 'ldap'
  );
}
