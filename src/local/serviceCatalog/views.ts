/** The catalogue, provisioned products and records in the shapes in which Service Catalog answers. */
import type {
  ProductViewSummary,
  ProvisionedProductAttribute,
  ProvisionedProductDetail,
  ProvisioningArtifact,
  ProvisioningArtifactDetail,
  RecordDetail
} from '@aws-sdk/client-service-catalog';

import { LAUNCH_ROLE_ARN } from './provisioning';
import type { IArtifact, IProduct, IProvisioned, IRecord } from './types';

export function viewProduct(product: IProduct): ProductViewSummary {
  return {
    Id: product.viewId,
    ProductId: product.id,
    Name: product.name,
    Owner: product.owner,
    ShortDescription: product.description,
    Type: 'CLOUD_FORMATION_TEMPLATE',
    Distributor: product.distributor,
    HasDefaultPath: false,
    SupportEmail: product.supportEmail,
    SupportDescription: product.supportDescription,
    SupportUrl: product.supportUrl
  };
}

export function viewArtifact(artifact: IArtifact): ProvisioningArtifact {
  const { id, name, description, createdAt, guidance } = artifact;
  return { Id: id, Name: name, Description: description, CreatedTime: createdAt, Guidance: guidance };
}

export function viewArtifactDetail(artifact: IArtifact): ProvisioningArtifactDetail {
  return { ...viewArtifact(artifact), Type: 'CLOUD_FORMATION_TEMPLATE', Active: true };
}

export function viewRecord(record: IRecord): RecordDetail {
  const { provisioned } = record;
  return {
    RecordId: record.id,
    ProvisionedProductName: provisioned.name,
    Status: record.status,
    CreatedTime: record.createdAt,
    UpdatedTime: record.updatedAt,
    ProvisionedProductType: 'CFN_STACK',
    RecordType: record.type,
    ProvisionedProductId: provisioned.id,
    ProductId: provisioned.product.id,
    ProvisioningArtifactId: provisioned.artifact.id,
    PathId: provisioned.path.id,
    RecordErrors: record.errors,
    RecordTags: record.tags,
    LaunchRoleArn: LAUNCH_ROLE_ARN
  };
}

export function viewProvisioned(provisioned: IProvisioned): ProvisionedProductDetail {
  return {
    Name: provisioned.name,
    Arn: provisioned.arn,
    Type: 'CFN_STACK',
    Id: provisioned.id,
    Status: provisioned.status,
    StatusMessage: provisioned.statusMessage,
    CreatedTime: provisioned.createdAt,
    IdempotencyToken: provisioned.token,
    LastRecordId: provisioned.lastRecord.id,
    LastProvisioningRecordId: provisioned.lastProvisioning.id,
    LastSuccessfulProvisioningRecordId: provisioned.lastSuccess?.id,
    ProductId: provisioned.product.id,
    ProvisioningArtifactId: provisioned.artifact.id,
    LaunchRoleArn: LAUNCH_ROLE_ARN
  };
}

export function viewAttributes(provisioned: IProvisioned): ProvisionedProductAttribute {
  const { LaunchRoleArn: _, ...detail } = viewProvisioned(provisioned);
  return {
    ...detail,
    Tags: provisioned.tags,
    PhysicalId: provisioned.outputs.length > 0 ? provisioned.stackArn : undefined,
    ProductName: provisioned.product.name,
    ProvisioningArtifactName: provisioned.artifact.name,
    UserArn: userArn(provisioned.caller.arn),
    UserArnSession: provisioned.caller.arn
  };
}

/** `…:assumed-role/ROLE/SESSION` without the session: what Service Catalog calls the user's ARN. */
export function userArn(arn: string): string {
  return arn.replace(/^(arn:aws[\w-]*:sts::\d+:assumed-role\/[^/]+)\/.*$/, '$1');
}
