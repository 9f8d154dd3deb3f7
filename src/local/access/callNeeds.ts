/** What a call to Service Catalog, EMR or Secrets Manager needs, as the Service Authorization Reference has it. */
import { ACCOUNT_ID } from '../identity';
import type { ICall, IService, Operation } from '../types';
import type { Guard } from './guard';
import type { INeed } from './s3Actions';
import type { Context } from './types';

type Input = Record<string, unknown>;

/** Needs of an operation of one service. */
export type NeedsOf = (operation: string, input: Input, call: ICall) => INeed[];

/** How near somebody is to a provisioned product. */
export type Nearness = 'User' | 'Role' | 'Account';

/** What is looked up in the account. */
export interface IProductLookup {
  productId(name: string): string | undefined;
  /** Whose a record or a provisioned product is, seen from the caller. */
  nearness(
    input: { Id?: string; ProvisionedProductId?: string; ProvisionedProductName?: string },
    call: ICall
  ): Nearness;
}

const LEVELS: Record<Nearness, Context> = {
  User: levels('userLevel', 'roleLevel', 'accountLevel'),
  Role: levels('roleLevel', 'accountLevel'),
  Account: levels('accountLevel')
};

function levels(...names: string[]): Context {
  return Object.fromEntries(names.map(name => [`servicecatalog:${name}`, 'self']));
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

const PRODUCT =
  /^(DescribeProduct|ListLaunchPaths|DescribeProvisioningParameters|ProvisionProduct|ListProvisioningArtifacts|DescribeProvisioningArtifact)$/;
const SEARCHES = /^(SearchProvisionedProducts|ScanProvisionedProducts|ListRecordHistory)$/;
const OWNED = /^(DescribeRecord|TerminateProvisionedProduct|DescribeProvisionedProduct)$/;

export function serviceCatalogNeeds(lookup: IProductLookup): NeedsOf {
  return (operation, input, call) => {
    let resource = '*';
    let context: Context = {};
    if (PRODUCT.test(operation)) {
      const name = text(input['ProductName']) ?? text(input['Name']);
      const id = text(input['ProductId']) ?? text(input['Id']) ?? (name && lookup.productId(name)) ?? 'unknown';
      resource = `arn:aws:catalog:${call.region}:${ACCOUNT_ID}:product/${id}`;
    } else if (SEARCHES.test(operation)) {
      const { Key } = (input['AccessLevelFilter'] ?? {}) as { Key?: string };
      context = Object.hasOwn(LEVELS, Key ?? '') ? LEVELS[Key as Nearness] : LEVELS.User;
    } else if (OWNED.test(operation)) {
      context = LEVELS[lookup.nearness(input, call)];
    }
    return [{ action: `servicecatalog:${operation}`, resource, context }];
  };
}

/** Operations of EMR that name no cluster. */
const NO_CLUSTER = /^(ListClusters|RunJobFlow|(Describe|List|Create|Delete)SecurityConfigurations?)$/;

/** @param clusterOfUi - the cluster whose persistent UI has an id */
export function emrNeeds(clusterOfUi: (id: string, call: ICall) => string | undefined): NeedsOf {
  return (operation, input, call) => {
    const action = `elasticmapreduce:${operation}`;
    if (NO_CLUSTER.test(operation)) {
      return [{ action, resource: '*', context: {} }];
    }
    const role = text(input['ExecutionRoleArn']);
    const context: Context = role === undefined ? {} : { 'elasticmapreduce:ExecutionRoleArn': role };
    const arn = (id: string) => `arn:aws:elasticmapreduce:${call.region}:${ACCOUNT_ID}:cluster/${id}`;
    const target = text(input['TargetResourceArn']);
    if (target !== undefined) {
      return [{ action, resource: target, context }];
    }
    const ui = text(input['PersistentAppUIId']);
    const own = text(input['ClusterId']) ?? text(input['ResourceId']) ?? (ui && clusterOfUi(ui, call));
    const ids = Array.isArray(input['JobFlowIds']) ? (input['JobFlowIds'] as string[]) : own === undefined ? [] : [own];
    if (ids.length === 0) {
      return [{ action, resource: '*', context }]; // the account's own settings
    }
    return ids.map(id => ({ action, resource: arn(id), context }));
  };
}

/** @param arnOf - of a secret that is there */
export function secretNeeds(arnOf: (id: string) => string | undefined): NeedsOf {
  return (operation, input, call) => {
    const id = text(input['SecretId']) ?? text(input['Name']) ?? '';
    const resource = arnOf(id) ?? `arn:aws:secretsmanager:${call.region}:${ACCOUNT_ID}:secret:${id}`;
    return [{ action: `secretsmanager:${operation}`, resource, context: {} }];
  };
}

/** A service whose operations ask IAM first. */
export function guardedBy(guard: Guard, needsOf: NeedsOf, service: IService): IService {
  return {
    ...service,
    operations: Object.fromEntries(
      Object.entries(service.operations).map(([name, operation]): [string, Operation] => [
        name,
        async (input: never, call: ICall) => {
          for (const { action, resource, context } of needsOf(name, input ?? {}, call)) {
            await guard.require(call.caller, action, resource, context);
          }
          return operation(input, call);
        }
      ])
    )
  };
}
