/** Presigned application UIs: a URL with a token, through which the account passes to the driver's own Spark UI. */
import type {
  CreatePersistentAppUIInput,
  CreatePersistentAppUIOutput,
  DescribePersistentAppUIInput,
  DescribePersistentAppUIOutput,
  GetOnClusterAppUIPresignedURLInput,
  GetOnClusterAppUIPresignedURLOutput,
  GetPersistentAppUIPresignedURLInput,
  GetPersistentAppUIPresignedURLOutput
} from '@aws-sdk/client-emr';

import type { Clock } from '../clock';
import { AwsError } from '../errors';
import { catalogId, secret } from '../ids';
import { parseRoleArn } from '../roles';
import type { ICall } from '../types';
import type { Cluster } from './cluster';
import type { Clusters } from './clusters';
import { livyUser } from './credentials';
import { hasRuntimeRoles } from './security';

/** Seconds of AWS's time until a UI's proxy, or a persistent UI, is up. */
const READY_AFTER = 15;
const TOKEN_MILLISECONDS = 3_600_000;

/** What a token opens. */
export interface IUiGrant {
  cluster: Cluster;
  applicationId?: string;
  /** Livy user whose sessions it shows; none: everybody's. */
  owner?: string;
  persistent: boolean;
  expiresAt: number;
}

interface IPersistentUi {
  id: string;
  cluster: Cluster;
  author: string;
  createdAt: Date;
  tags: CreatePersistentAppUIInput['Tags'];
}

/** The tokens, of all regions. */
export class UiGrants {
  private readonly grants = new Map<string, IUiGrant>();

  /** @param endpoint - the account's own URL */
  constructor(private readonly endpoint: () => string) {}

  /** @returns the URL */
  give(grant: Omit<IUiGrant, 'expiresAt'>): string {
    const token = secret(24);
    this.grants.set(token, { ...grant, expiresAt: Date.now() + TOKEN_MILLISECONDS });
    return `${this.endpoint()}/_ui/${token}/`;
  }

  find(token: string): IUiGrant | undefined {
    const grant = this.grants.get(token);
    return grant && grant.expiresAt > Date.now() ? grant : undefined;
  }
}

export class PresignedUis {
  /** When the first request for a cluster's UI came: its proxy is up some seconds later. */
  private readonly asked = new Map<string, Date>();
  private readonly persistent = new Map<string, IPersistentUi>();

  constructor(
    private readonly clusters: Clusters,
    private readonly clock: Clock,
    private readonly grants: UiGrants
  ) {}

  onCluster(input: GetOnClusterAppUIPresignedURLInput, call: ICall): GetOnClusterAppUIPresignedURLOutput {
    const cluster = this.clusters.get(input.ClusterId!);
    if (!cluster.lifecycle.up) {
      throw new AwsError(
        'InvalidRequestException',
        `Cluster ${cluster.id} is in state ${cluster.lifecycle.state}: an on-cluster application UI needs a running cluster.`
      );
    }
    const owner = ownerOf(cluster, input.ExecutionRoleArn, call);
    if (input.DryRun === true || !this.isReady(cluster.id)) {
      return { PresignedURLReady: false };
    }
    return {
      PresignedURLReady: true,
      PresignedURL: this.grants.give({ cluster, applicationId: input.ApplicationId, owner, persistent: false })
    };
  }

  create({ TargetResourceArn, Tags }: CreatePersistentAppUIInput, call: ICall): CreatePersistentAppUIOutput {
    const id = /^arn:aws[\w-]*:elasticmapreduce:[\w-]+:\d{12}:cluster\/(j-\w+)$/.exec(TargetResourceArn!)?.[1];
    const cluster = id && this.clusters.find(id);
    if (!cluster) {
      throw new AwsError('InvalidRequestException', `The target resource ARN '${TargetResourceArn}' is not valid.`);
    }
    const present = [...this.persistent.values()].find(ui => ui.cluster === cluster && ui.author === call.caller.arn);
    const ui = present ?? {
      id: catalogId('p'),
      cluster,
      author: call.caller.arn,
      createdAt: this.clock.now(),
      tags: Tags ?? []
    };
    this.persistent.set(ui.id, ui);
    return {
      PersistentAppUIId: ui.id,
      RuntimeRoleEnabledCluster: hasRuntimeRoles(cluster.spec.securityConfiguration)
    };
  }

  describe({ PersistentAppUIId }: DescribePersistentAppUIInput): DescribePersistentAppUIOutput {
    const ui = this.get(PersistentAppUIId!);
    const ready = this.clock.since(ui.createdAt) >= READY_AFTER;
    return {
      PersistentAppUI: {
        PersistentAppUIId: ui.id,
        PersistentAppUITypeList: ['SHS', 'YTS', 'TEZ'],
        PersistentAppUIStatus: ready ? 'ATTACHED' : 'STARTING',
        AuthorId: ui.author,
        CreationTime: ui.createdAt,
        LastModifiedTime: ui.createdAt,
        LastStateChangeReason: '',
        Tags: ui.tags
      }
    };
  }

  persistentUrl(input: GetPersistentAppUIPresignedURLInput, call: ICall): GetPersistentAppUIPresignedURLOutput {
    const ui = this.get(input.PersistentAppUIId!);
    const owner = ownerOf(ui.cluster, input.ExecutionRoleArn, call);
    if (this.clock.since(ui.createdAt) < READY_AFTER) {
      return { PresignedURLReady: false };
    }
    const grant = { cluster: ui.cluster, applicationId: input.ApplicationId, owner, persistent: true };
    return { PresignedURLReady: true, PresignedURL: this.grants.give(grant) };
  }

  private isReady(clusterId: string): boolean {
    const first = this.asked.get(clusterId);
    if (!first) {
      this.asked.set(clusterId, this.clock.now());
      return false;
    }
    return this.clock.since(first) >= READY_AFTER;
  }

  /** Id of the cluster that a persistent UI is for. */
  clusterOf(id: string): string | undefined {
    return this.persistent.get(id)?.cluster.id;
  }

  private get(id: string): IPersistentUi {
    const ui = this.persistent.get(id);
    if (!ui) {
      throw new AwsError('InvalidRequestException', `The persistent application UI '${id}' does not exist.`);
    }
    return ui;
  }
}

/** On a cluster with runtime roles one sees the applications of one's role only. */
function ownerOf(cluster: Cluster, role: string | undefined, { caller }: ICall): string | undefined {
  if (role === undefined) {
    return undefined;
  }
  parseRoleArn(role);
  return livyUser(caller.arn, role, cluster.id);
}
