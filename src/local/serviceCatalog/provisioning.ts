/** Provisioned products of one region: what happens to them, and the records of it. */
import type { RecordOutput } from '@aws-sdk/client-service-catalog';

import type { Clock } from '../clock';
import type { Clusters } from '../emr/clusters';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import { catalogId, uuid } from '../ids';
import { LAUNCH_ROLE } from '../roles';
import type { ICaller, ITag } from '../types';
import { stackProblem } from './fromTemplate';
import { findMissingResource } from './parameters';
import type { IArtifact, ILaunchPath, IProduct, IProvisioned, IRecord, Values } from './types';

/** Seconds of AWS's time from a request until work on it begins, and until its stack makes the cluster. */
const ACCEPT_AFTER = 4;
const STACK_AFTER = 10;

export interface IProvisionRequest {
  name: string;
  token: string;
  product: IProduct;
  artifact: IArtifact;
  path: ILaunchPath;
  values: Values;
  tags: ITag[];
  caller: ICaller;
}

export class Provisioning {
  /** Newest first. */
  readonly records: IRecord[] = [];
  private readonly byToken = new Map<string, IRecord>();
  private readonly all: IProvisioned[] = [];

  constructor(
    private readonly region: string,
    private readonly clock: Clock,
    private readonly clusters: Clusters
  ) {}

  /** Those that are there, newest first. */
  list(): IProvisioned[] {
    return this.all.filter(({ terminated }) => !terminated).reverse();
  }

  /** @throws AwsError `DuplicateResourceException` for a name that is taken; the same token gives the same record */
  provision(request: IProvisionRequest): IRecord {
    const before = this.byToken.get(`provision ${request.token}`);
    if (before) {
      if (before.provisioned.name !== request.name || before.provisioned.product !== request.product) {
        throw new AwsError('InvalidParametersException', 'The provision token was used with other parameters before.');
      }
      return before;
    }
    const { name } = request;
    if (this.list().some(provisioned => provisioned.name === name)) {
      throw new AwsError('DuplicateResourceException', `A provisioned product with the name ${name} already exists.`);
    }
    const id = catalogId('pp');
    const provisioned = {
      ...request,
      id,
      arn: `arn:aws:servicecatalog:${this.region}:${ACCOUNT_ID}:stack/${name}/${id}`,
      stackArn: `arn:aws:cloudformation:${this.region}:${ACCOUNT_ID}:stack/SC-${ACCOUNT_ID}-${id}/${uuid()}`,
      status: 'UNDER_CHANGE',
      createdAt: this.clock.now(),
      outputs: [],
      terminated: false
    } as Omit<IProvisioned, 'lastRecord' | 'lastProvisioning'> as IProvisioned;
    const record = this.addRecord(provisioned, 'PROVISION_PRODUCT', request.token, request.caller);
    provisioned.lastProvisioning = record;
    this.all.push(provisioned);
    this.clock.after(ACCEPT_AFTER, () => {
      if (record.status === 'CREATED') {
        this.update(record, 'IN_PROGRESS');
        this.clock.after(STACK_AFTER, () => void this.makeStack(provisioned, record));
      }
    });
    return record;
  }

  /** The same token, or a product that is being terminated, gives the record that is there. */
  terminate(provisioned: IProvisioned, token: string, caller: ICaller, retain: boolean): IRecord {
    const before = this.byToken.get(`terminate ${token}`);
    if (before) {
      return before;
    }
    const { lastRecord } = provisioned;
    if (lastRecord.type === 'TERMINATE_PROVISIONED_PRODUCT' && /^(CREATED|IN_PROGRESS)$/.test(lastRecord.status)) {
      return lastRecord;
    }
    if (/^(CREATED|IN_PROGRESS)/.test(lastRecord.status)) {
      this.fail(provisioned, lastRecord, 'The provisioned product was terminated while it was being made.');
    }
    const record = this.addRecord(provisioned, 'TERMINATE_PROVISIONED_PRODUCT', token, caller);
    provisioned.status = 'UNDER_CHANGE';
    provisioned.statusMessage = undefined;
    this.clock.after(ACCEPT_AFTER, () => {
      this.update(record, 'IN_PROGRESS');
      this.deleteStack(provisioned, record, retain);
    });
    return record;
  }

  /** By its token: the record of a termination, whose product may be gone. */
  terminated(token: string): IRecord | undefined {
    return this.byToken.get(`terminate ${token}`);
  }

  private async makeStack(provisioned: IProvisioned, record: IRecord): Promise<void> {
    if (record.status !== 'IN_PROGRESS') {
      return;
    }
    const stack = output(
      'CloudformationStackARN',
      provisioned.stackArn,
      'The ARN of the launched Cloudformation Stack'
    );
    record.outputs = provisioned.outputs = [stack];
    const missing = findMissingResource(provisioned.artifact.parameters, provisioned.values);
    if (missing) {
      this.fail(provisioned, record, `AmazonCloudFormationException ${missing}`);
      return;
    }
    const made = { region: this.region, arn: provisioned.stackArn };
    let spec;
    try {
      spec = provisioned.artifact.build(provisioned.values, made);
    } catch (error) {
      this.fail(provisioned, record, stackProblem(error));
      return;
    }
    const cluster = await this.clusters.create({
      ...spec,
      // A stack's name says nothing to anybody; here the cluster bears the product's.
      name: provisioned.name,
      tags: this.clusterTags(provisioned, spec.tags)
    });
    provisioned.cluster = cluster;
    if (record.status !== 'IN_PROGRESS') {
      cluster.lifecycle.terminate({ Code: 'USER_REQUEST', Message: 'Terminated by user request' });
      return;
    }
    const listener = (state: string) => {
      const { reason, up } = cluster.lifecycle;
      if (!record.status.startsWith('IN_PROGRESS') || state === 'WAITING' || state.startsWith('TERMINATED')) {
        cluster.listeners.delete(listener);
      }
      if (!record.status.startsWith('IN_PROGRESS')) {
        return;
      }
      if (state === 'WAITING') {
        record.outputs = provisioned.outputs = [
          stack,
          ...provisioned.artifact.results(provisioned.values, made, cluster)
        ];
        provisioned.status = 'AVAILABLE';
        provisioned.lastSuccess = record;
        this.update(record, 'SUCCEEDED');
      } else if (state === 'TERMINATING') {
        this.update(record, 'IN_PROGRESS_IN_ERROR');
      } else if (state.startsWith('TERMINATED') && !up) {
        this.fail(
          provisioned,
          record,
          `The following resource(s) failed to create: [EmrCluster]. Rollback requested by user. ` +
            `EmrCluster (AWS::EMR::Cluster) CREATE_FAILED: Cluster ${cluster.id} ended: ${reason.Message} (${reason.Code})`
        );
      }
    };
    cluster.listeners.add(listener);
  }

  private deleteStack(provisioned: IProvisioned, record: IRecord, retain: boolean): void {
    const { cluster } = provisioned;
    const done = () => {
      provisioned.terminated = true;
      this.update(record, 'SUCCEEDED');
    };
    if (!cluster || cluster.lifecycle.ended || retain) {
      done();
      return;
    }
    if (cluster.terminationProtected) {
      this.fail(
        provisioned,
        record,
        `The following resource(s) failed to delete: [EmrCluster]. Cluster ${cluster.id} is termination protected.`,
        'TAINTED'
      );
      return;
    }
    const listener = () => {
      if (cluster.lifecycle.ended) {
        cluster.listeners.delete(listener);
        done();
      }
    };
    cluster.listeners.add(listener);
    cluster.lifecycle.terminate({ Code: 'USER_REQUEST', Message: 'Terminated by user request' });
  }

  private fail(
    provisioned: IProvisioned,
    record: IRecord,
    message: string,
    status: IProvisioned['status'] = 'ERROR'
  ): void {
    provisioned.status = status;
    provisioned.statusMessage = message;
    record.errors = [{ Code: 'ResourceFailure', Description: message }];
    this.update(record, 'FAILED');
  }

  private addRecord(provisioned: IProvisioned, type: IRecord['type'], token: string, caller: ICaller): IRecord {
    const now = this.clock.now();
    const record: IRecord = {
      id: catalogId('rec'),
      type,
      status: 'CREATED',
      createdAt: now,
      updatedAt: now,
      errors: [],
      outputs: [],
      tags: type === 'PROVISION_PRODUCT' ? provisioned.tags : [],
      provisioned,
      caller
    };
    provisioned.lastRecord = record;
    this.records.unshift(record);
    this.byToken.set(`${type === 'PROVISION_PRODUCT' ? 'provision' : 'terminate'} ${token}`, record);
    return record;
  }

  private update(record: IRecord, status: IRecord['status']): void {
    record.status = status;
    record.updatedAt = this.clock.now();
  }

  /** The user's, the path's, the template's and those that Service Catalog and CloudFormation put on what they make. */
  private clusterTags(provisioned: IProvisioned, own: ITag[]): ITag[] {
    const { tags, arn, product, path, caller, stackArn, name } = provisioned;
    const catalog = `arn:aws:catalog:${this.region}:${ACCOUNT_ID}`;
    return [
      { Key: 'Name', Value: name },
      ...tags,
      ...[...path.tags, ...own].filter(({ Key }) => tags.every(tag => tag.Key !== Key)),
      { Key: 'aws:servicecatalog:productArn', Value: `${catalog}:product/${product.id}` },
      { Key: 'aws:servicecatalog:provisionedProductArn', Value: arn },
      { Key: 'aws:servicecatalog:provisioningPrincipalArn', Value: caller.arn },
      { Key: 'aws:cloudformation:stack-id', Value: stackArn },
      { Key: 'aws:cloudformation:stack-name', Value: stackArn.split('/')[1] },
      { Key: 'aws:cloudformation:logical-id', Value: 'EmrCluster' }
    ];
  }
}

export const LAUNCH_ROLE_ARN = LAUNCH_ROLE.arn;

function output(OutputKey: string, OutputValue: string, Description: string): RecordOutput {
  return { OutputKey, OutputValue, Description };
}
