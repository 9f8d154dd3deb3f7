import type {
  ConstraintSummary,
  ProvisioningArtifactGuidance,
  ProvisioningArtifactOutput,
  ProvisioningArtifactParameter,
  ProvisionedProductStatus,
  RecordError,
  RecordOutput,
  RecordStatus,
  TagOptionSummary,
  UsageInstruction
} from '@aws-sdk/client-service-catalog';

import type { Cluster } from '../emr/cluster';
import type { IClusterSpec } from '../emr/types';
import type { ICaller, ITag } from '../types';

/** A parameter of a template, as DescribeProvisioningParameters answers it. */
export type Parameter = ProvisioningArtifactParameter & { ParameterKey: string; ParameterType: string };

/** Values of a template's parameters by key, defaults filled in. */
export type Values = Record<string, string>;

/** One version of a product. */
export interface IArtifact {
  id: string;
  name: string;
  description: string;
  createdAt: Date;
  guidance: ProvisioningArtifactGuidance;
  parameters: Parameter[];
  outputs: ProvisioningArtifactOutput[];
  /** The template's text. */
  template: string;
  /** What its template makes of the values. @throws AwsError `ValidationError` where it can not be made */
  build(values: Values, stack: IStack): IClusterSpec;
  /** The stack's outputs once its cluster is there. */
  results(values: Values, stack: IStack, cluster: Cluster): RecordOutput[];
}

/** Where a template is made. */
export interface IStack {
  region: string;
  arn: string;
}

export interface ILaunchPath {
  id: string;
  name: string;
  constraints: ConstraintSummary[];
  tags: ITag[];
}

/** A product of the portfolio. */
export interface IProduct {
  id: string;
  /** `prodview-…`. */
  viewId: string;
  name: string;
  owner: string;
  description: string;
  distributor: string;
  supportEmail?: string;
  supportDescription?: string;
  supportUrl?: string;
  /** Newest first. */
  artifacts: IArtifact[];
  paths: ILaunchPath[];
  tagOptions: (TagOptionSummary & { Key: string; Values: string[] })[];
  instructions: UsageInstruction[];
}

/** One request on a provisioned product. */
export interface IRecord {
  id: string;
  type: 'PROVISION_PRODUCT' | 'TERMINATE_PROVISIONED_PRODUCT';
  status: RecordStatus;
  createdAt: Date;
  updatedAt: Date;
  errors: RecordError[];
  outputs: RecordOutput[];
  tags: ITag[];
  provisioned: IProvisioned;
  caller: ICaller;
}

export interface IProvisioned {
  id: string;
  name: string;
  arn: string;
  stackArn: string;
  status: ProvisionedProductStatus;
  statusMessage?: string;
  createdAt: Date;
  token: string;
  product: IProduct;
  artifact: IArtifact;
  path: ILaunchPath;
  tags: ITag[];
  values: Values;
  caller: ICaller;
  lastRecord: IRecord;
  lastProvisioning: IRecord;
  lastSuccess?: IRecord;
  outputs: RecordOutput[];
  cluster?: Cluster;
  /** It is gone; its records stay. */
  terminated: boolean;
}
