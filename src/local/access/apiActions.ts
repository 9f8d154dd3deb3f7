/** What a call to IAM, KMS or Glue needs: the action is `service:Operation`, the resource is in the input. */
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import type { Directory } from './directory';
import type { INeed } from './s3Actions';
import type { Context } from './types';

type Input = Record<string, unknown>;

/** Operations of IAM on what has no ARN of its own. */
const NO_RESOURCE = /^(List(Roles|Users|Groups|Policies|InstanceProfiles)|GetAccount.*|Simulate.*|ListAccountAliases)$/;

/** @param input - of the form, as IAM's clients send it */
export async function iamNeeds(operation: string, input: Input, directory: Directory): Promise<INeed[]> {
  const context: Context = {};
  const text = (name: string) => (typeof input[name] === 'string' ? input[name] : undefined);
  const boundary = text('PermissionsBoundary');
  const { roles, users } = await directory.read();
  const named = text('RoleName');
  const own = (map: Record<string, { arn: string }>, name: string) =>
    Object.hasOwn(map, name) ? map[name].arn : undefined;
  let resource = '*';
  if (named !== undefined) {
    resource = own(roles, named) ?? `arn:aws:iam::${ACCOUNT_ID}:role${text('Path') ?? '/'}${named}`;
  } else if (text('UserName') !== undefined) {
    const name = text('UserName')!;
    resource = own(users, name) ?? `arn:aws:iam::${ACCOUNT_ID}:user${text('Path') ?? '/'}${name}`;
  } else if (text('PolicyName') !== undefined) {
    resource = `arn:aws:iam::${ACCOUNT_ID}:policy${text('Path') ?? '/'}${text('PolicyName')}`;
  } else if (text('InstanceProfileName') !== undefined) {
    resource = `arn:aws:iam::${ACCOUNT_ID}:instance-profile/${text('InstanceProfileName')}`;
  } else if (text('PolicyArn') !== undefined) {
    resource = text('PolicyArn')!;
  }
  if (NO_RESOURCE.test(operation)) {
    resource = '*';
  }
  const held = named === undefined || !Object.hasOwn(roles, named) ? undefined : roles[named].boundary?.name;
  if (boundary !== undefined) {
    context['iam:PermissionsBoundary'] = boundary;
  } else if (held !== undefined) {
    // Of what is done to a role that has one.
    context['iam:PermissionsBoundary'] = `arn:aws:iam::${ACCOUNT_ID}:policy/${held}`;
  }
  if (text('PolicyArn') !== undefined) {
    context['iam:PolicyARN'] = text('PolicyArn')!;
  }
  Object.assign(context, tagContext(input));
  return [{ action: `iam:${operation}`, resource, context }];
}

/** `Tags.member.1.Key` and so on, as condition keys. */
function tagContext(input: Input): Context {
  const context: Context = {};
  const keys: string[] = [];
  for (const [name, key] of Object.entries(input)) {
    const index = /^Tags\.member\.(\d+)\.Key$/.exec(name)?.[1];
    if (index !== undefined && typeof key === 'string') {
      keys.push(key);
      const value = input[`Tags.member.${index}.Value`];
      context[`aws:RequestTag/${key}`] = typeof value === 'string' ? value : '';
    }
  }
  return keys.length > 0 ? { ...context, 'aws:TagKeys': keys } : context;
}

export async function kmsNeeds(
  operation: string,
  input: Input,
  region: string,
  directory: Directory
): Promise<INeed[]> {
  const id = input['KeyId'] ?? input['TargetKeyId'];
  if (typeof id === 'string') {
    return [{ action: `kms:${operation}`, resource: await directory.keyArn(id, region), context: {} }];
  }
  if (operation === 'Decrypt' && typeof input['CiphertextBlob'] === 'string') {
    // The text says by what key it was made: moto writes the key's id in front of it.
    const made = Buffer.from(input['CiphertextBlob'], 'base64').toString('latin1').slice(0, 36);
    return [{ action: 'kms:Decrypt', resource: await directory.keyArn(made, region), context: {} }];
  }
  return [{ action: `kms:${operation}`, resource: '*', context: {} }];
}

/** Glue asks for the catalog, the database and the table: each has to be allowed. */
export function glueNeeds(operation: string, input: Input, region: string): INeed[] {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const arn = (rest: string) => `arn:aws:glue:${region}:${text(input['CatalogId']) ?? ACCOUNT_ID}:${rest}`;
  const inner = (name: string) => text((input[name] as Input | undefined)?.['Name']);
  const ofDatabase = operation.includes('Database');
  const database =
    text(input['DatabaseName']) ?? inner('DatabaseInput') ?? (ofDatabase ? text(input['Name']) : undefined);
  const table =
    text(input['TableName']) ?? inner('TableInput') ?? (operation.endsWith('Table') ? text(input['Name']) : undefined);
  const resources = [arn('catalog')];
  if (database !== undefined) {
    resources.push(arn(`database/${database}`));
    if (table !== undefined) {
      resources.push(arn(`table/${database}/${table}`));
    } else if (operation === 'GetTables') {
      resources.push(arn(`table/${database}/*`));
    }
  } else if (operation === 'GetDatabases') {
    resources.push(arn('database/*'));
  } else if (!/Database|Table|Partition|Catalog|Function/.test(operation)) {
    return [{ action: `glue:${operation}`, resource: '*', context: {} }];
  }
  return resources.map(resource => ({ action: `glue:${operation}`, resource, context: {} }));
}

/** @throws AwsError `InvalidAction` for an operation without a name */
export function needsOf(
  service: string,
  operation: string,
  input: Input,
  region: string,
  directory: Directory
): Promise<INeed[]> {
  if (!/^[A-Z]\w+$/.test(operation)) {
    throw new AwsError('InvalidAction', `Could not find operation ${operation}`);
  }
  switch (service) {
    case 'iam':
      return iamNeeds(operation, input, directory);
    case 'kms':
      return kmsNeeds(operation, input, region, directory);
    default:
      return Promise.resolve(glueNeeds(operation, input, region));
  }
}
