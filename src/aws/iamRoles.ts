/** IAM roles of pipelines: each with one inline policy, a trust policy, tags and, where the site wants it, a boundary. */
import { EmrError, errorInfo } from '../protocol';
import { service } from './client';
import type { IAwsContext } from './context';
import type { IAwsAction } from './errors';

/** A role as IAM has it. */
export interface IRole {
  name: string;
  arn: string;
  /** Parsed. */
  trust: unknown;
  description?: string;
  permissionsBoundary?: string;
  tags: Record<string, string>;
}

const iam = service(
  'iam',
  () => import('./sdk/iam'),
  (sdk, config) => new sdk.IAMClient(config)
);

function action(does: string, iamAction: string, name: string): IAwsAction {
  return { does: `${does} ${name}`, iam: `iam:${iamAction}`, resource: `role/${name}` };
}

async function orUndefined<R>(asked: Promise<R>): Promise<R | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof EmrError && error.code.startsWith('NoSuchEntity')) {
      return undefined;
    }
    throw error;
  }
}

/** Policies come URL-encoded. */
export function parsePolicy(text: string | undefined): unknown {
  if (!text) {
    return undefined;
  }
  try {
    return JSON.parse(text.startsWith('{') ? text : decodeURIComponent(text));
  } catch {
    return text;
  }
}

/** A role; undefined where there is none of this name. */
export async function getRole(context: IAwsContext, name: string, signal?: AbortSignal): Promise<IRole | undefined> {
  const answer = await orUndefined(
    iam(context, action('look up the role', 'GetRole', name), signal, (client, sdk, options) =>
      client.send(new sdk.GetRoleCommand({ RoleName: name }), options)
    )
  );
  const role = answer?.Role;
  if (!role) {
    return undefined;
  }
  return {
    name,
    arn: role.Arn ?? '',
    trust: parsePolicy(role.AssumeRolePolicyDocument),
    ...(role.Description ? { description: role.Description } : {}),
    ...(role.PermissionsBoundary?.PermissionsBoundaryArn
      ? { permissionsBoundary: role.PermissionsBoundary.PermissionsBoundaryArn }
      : {}),
    tags: Object.fromEntries((role.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
  };
}

/** Make a role. @returns its ARN */
export async function createRole(
  context: IAwsContext,
  role: {
    name: string;
    trust: object;
    description: string;
    permissionsBoundary?: string;
    tags: Record<string, string>;
  },
  signal?: AbortSignal
): Promise<string> {
  const answer = await iam(context, action('make the role', 'CreateRole', role.name), signal, (client, sdk, options) =>
    client.send(
      new sdk.CreateRoleCommand({
        RoleName: role.name,
        AssumeRolePolicyDocument: JSON.stringify(role.trust),
        Description: role.description,
        ...(role.permissionsBoundary ? { PermissionsBoundary: role.permissionsBoundary } : {}),
        Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value }))
      }),
      options
    )
  );
  return answer.Role?.Arn ?? '';
}

/** Say anew who may take a role. */
export async function setTrust(context: IAwsContext, name: string, trust: object, signal?: AbortSignal): Promise<void> {
  await iam(
    context,
    action('change the trust of the role', 'UpdateAssumeRolePolicy', name),
    signal,
    (client, sdk, to) =>
      client.send(new sdk.UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: JSON.stringify(trust) }), to)
  );
}

/** Set a role's boundary, or take it away. */
export async function setBoundary(
  context: IAwsContext,
  name: string,
  arn: string | undefined,
  signal?: AbortSignal
): Promise<void> {
  await iam(
    context,
    action(
      'change the permissions boundary of the role',
      arn ? 'PutRolePermissionsBoundary' : 'DeleteRolePermissionsBoundary',
      name
    ),
    signal,
    async (client, sdk, options) => {
      await (arn
        ? client.send(new sdk.PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary: arn }), options)
        : client.send(new sdk.DeleteRolePermissionsBoundaryCommand({ RoleName: name }), options));
    }
  );
}

/** Set tags of a role. */
export async function tagRole(
  context: IAwsContext,
  name: string,
  tags: Record<string, string>,
  signal?: AbortSignal
): Promise<void> {
  await iam(context, action('tag the role', 'TagRole', name), signal, (client, sdk, options) =>
    client.send(
      new sdk.TagRoleCommand({ RoleName: name, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
      options
    )
  );
}

/** A role's inline policy, parsed; undefined where there is none of this name. */
export async function getRolePolicy(
  context: IAwsContext,
  name: string,
  policy: string,
  signal?: AbortSignal
): Promise<unknown> {
  const answer = await orUndefined(
    iam(context, action('read the policy of the role', 'GetRolePolicy', name), signal, (client, sdk, options) =>
      client.send(new sdk.GetRolePolicyCommand({ RoleName: name, PolicyName: policy }), options)
    )
  );
  return parsePolicy(answer?.PolicyDocument);
}

/** Names of a role's policies, of its own (inline) and attached ones. */
export async function listRolePolicies(context: IAwsContext, name: string, signal?: AbortSignal): Promise<string[]> {
  const inline = action('list the policies of the role', 'ListRolePolicies', name);
  const attached = action('list the policies attached to the role', 'ListAttachedRolePolicies', name);
  const own = await iam(context, inline, signal, (client, sdk, options) =>
    client.send(new sdk.ListRolePoliciesCommand({ RoleName: name }), options)
  );
  const others = await iam(context, attached, signal, (client, sdk, options) =>
    client.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName: name }), options)
  );
  return [
    ...(own.PolicyNames ?? []),
    ...(others.AttachedPolicies ?? []).map(({ PolicyArn, PolicyName }) => PolicyArn ?? PolicyName ?? '')
  ];
}

/** Write a role's inline policy. */
export async function putRolePolicy(
  context: IAwsContext,
  name: string,
  policy: string,
  document: object,
  signal?: AbortSignal
): Promise<void> {
  await iam(context, action('write the policy of the role', 'PutRolePolicy', name), signal, (client, sdk, options) =>
    client.send(
      new sdk.PutRolePolicyCommand({
        RoleName: name,
        PolicyName: policy,
        PolicyDocument: JSON.stringify(document)
      }),
      options
    )
  );
}

/** Delete a role with its inline policies of these names. One that is gone is a success. */
export async function deleteRole(
  context: IAwsContext,
  name: string,
  policies: string[],
  signal?: AbortSignal
): Promise<void> {
  for (const policy of policies) {
    await orUndefined(
      iam(context, action('delete the policy of the role', 'DeleteRolePolicy', name), signal, (client, sdk, options) =>
        client.send(new sdk.DeleteRolePolicyCommand({ RoleName: name, PolicyName: policy }), options)
      )
    );
  }
  try {
    await orUndefined(
      iam(context, action('delete the role', 'DeleteRole', name), signal, (client, sdk, options) =>
        client.send(new sdk.DeleteRoleCommand({ RoleName: name }), options)
      )
    );
  } catch (error) {
    if (error instanceof EmrError && error.code.startsWith('DeleteConflict')) {
      throw new EmrError({
        ...errorInfo(error),
        fix: 'Somebody gave it policies that are not the pipeline’s: take them away in IAM, then ask again.'
      });
    }
    throw error;
  }
}
