/** The local account that server.mjs started, seen from outside: its control calls, and clusters made without a browser. */
import { readFileSync } from 'node:fs';

import {
  DescribeRecordCommand,
  ListProvisioningArtifactsCommand,
  ProvisionProductCommand,
  ServiceCatalogClient,
  TerminateProvisionedProductCommand
} from '@aws-sdk/client-service-catalog';
import { GetTableCommand, GlueClient, UpdateTableCommand } from '@aws-sdk/client-glue';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { expect } from '@jupyterlab/galata';

/** A cluster that {@link Account.provision} made. */
export interface IMadeCluster {
  /** `pp-…` */
  key: string;
  /** `j-…` */
  clusterId: string;
  name: string;
}

export class Account {
  readonly endpoint: string;
  readonly region: string;
  readonly roles: { analyst: string; denied: string; limited: string };
  readonly products: { productId: string; name: string }[];
  readonly env: Record<string, string>;
  /** A colleague's cluster (`j-…`) that Service Catalog did not make. */
  readonly otherCluster: string;

  constructor() {
    const file = process.env['EMR_ACCOUNT_FILE'];
    if (!file) {
      throw new Error('EMR_ACCOUNT_FILE is not set');
    }
    const answer = JSON.parse(readFileSync(file, 'utf8')) as Account;
    this.endpoint = answer.endpoint;
    this.region = answer.region;
    this.roles = answer.roles;
    this.products = answer.products;
    this.env = answer.env;
    this.otherCluster = answer.otherCluster;
  }

  /** A control call of the local account, e.g. `control('POST', 'faults', {…})`. */
  async control(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.endpoint}/_local/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {})
    });
    expect(response.ok, await response.clone().text()).toBe(true);
    const text = await response.text();
    return text ? (JSON.parse(text) as unknown) : undefined;
  }

  /** Id of a product by its name. */
  productId(name: string): string {
    const product = this.products.find(candidate => candidate.name === name);
    if (!product) {
      throw new Error(`the local account has no product "${name}"`);
    }
    return product.productId;
  }

  /** A cluster of the user's own that is ready, made as another of the user's tools would: through Service Catalog. */
  async provision(name: string, product = 'EMR small'): Promise<IMadeCluster> {
    const catalog = this.catalog();
    const ProductId = this.productId(product);
    const { ProvisioningArtifactDetails: versions = [] } = await catalog.send(
      new ListProvisioningArtifactsCommand({ ProductId })
    );
    const { RecordDetail: record } = await catalog.send(
      new ProvisionProductCommand({
        ProductId,
        ProvisioningArtifactId: versions[0].Id,
        ProvisionedProductName: name,
        ProvisionToken: `${name}-${Date.now()}`
      })
    );
    let clusterId = '';
    await expect
      .poll(
        async () => {
          const answer = await catalog.send(new DescribeRecordCommand({ Id: record?.RecordId }));
          const outputs = answer.RecordOutputs ?? [];
          clusterId = outputs.find(({ OutputKey }) => OutputKey === 'ClusterId')?.OutputValue ?? '';
          return answer.RecordDetail?.Status;
        },
        { timeout: 90_000 }
      )
      .toBe('SUCCEEDED');
    expect(clusterId).toMatch(/^j-/);
    return { key: record?.ProvisionedProductId ?? '', clusterId, name };
  }

  /** Ask for the end of a cluster; does not wait for it. One that has ended already is fine. */
  async terminate({ key }: IMadeCluster): Promise<void> {
    const ended = (error: Error) => {
      if (error.name !== 'ResourceNotFoundException') {
        throw error;
      }
    };
    await this.catalog()
      .send(
        new TerminateProvisionedProductCommand({ ProvisionedProductId: key, TerminateToken: `${key}-${Date.now()}` })
      )
      .catch(ended);
  }

  /** Objects below a prefix, as S3 lists them (1,000 at most). */
  async objects(bucket: string, prefix: string): Promise<{ Key?: string; ETag?: string; LastModified?: Date }[]> {
    const s3 = new S3Client({ ...this.client, forcePathStyle: true });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    return Contents;
  }

  /** Write a table's description as a colleague's tool would: through Glue, as the user. */
  async describe(DatabaseName: string, Name: string, Description: string): Promise<void> {
    const glue = new GlueClient(this.client);
    const { Table: table } = await glue.send(new GetTableCommand({ DatabaseName, Name }));
    const { Owner, PartitionKeys, StorageDescriptor, TableType, Parameters } = table ?? {};
    await glue.send(
      new UpdateTableCommand({
        DatabaseName,
        TableInput: { Name, Description, Owner, PartitionKeys, StorageDescriptor, TableType, Parameters }
      })
    );
  }

  private catalog(): ServiceCatalogClient {
    return new ServiceCatalogClient(this.client);
  }

  private get client(): {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  } {
    return {
      endpoint: this.endpoint,
      region: this.region,
      credentials: {
        accessKeyId: this.env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: this.env['AWS_SECRET_ACCESS_KEY'] ?? ''
      }
    };
  }
}
