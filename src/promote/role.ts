/** The role of one pipeline, made by the API from its plan. */
import type { IAwsContext, IRole } from '../aws';
import { createRole, deleteRole, getRole, getRolePolicy, putRolePolicy, setBoundary, setTrust, tagRole } from '../aws';
import { EmrError } from '../protocol';
import { same } from './diff';
import { PIPELINE_TAG } from './names';
import { roleDocuments } from './policy';
import type { IRolePlan } from './types';

/** A role as it shall be. */
export interface IWantedRole {
  name: string;
  description: string;
  trust: object;
  policy: object;
  permissionsBoundary?: string;
  tags: Record<string, string>;
}

/** What was done. */
export interface IRoleResult {
  arn: string;
  /** Empty: nothing; otherwise what was made or changed. */
  changes: string[];
  created: boolean;
  /** Puts back what was there before. */
  undo?: () => Promise<void>;
}

/**
 * A plan as the API makes it.
 *
 * @throws EmrError `PolicyTooLong` where it does not fit into one inline policy
 */
export function wantedRole(plan: IRolePlan, description: string, tags: Record<string, string>): IWantedRole {
  const { inline, managed } = roleDocuments(plan);
  if (managed.length > 0) {
    throw new EmrError({
      code: 'PolicyTooLong',
      hop: 'iam',
      message: `The policy of ${plan.roleName} is longer than IAM takes in a role: it needs managed policies beside it.`,
      fix: 'Have the platform team make it from the template (jupyter emr promote --template), or name common prefixes.'
    });
  }
  return {
    name: plan.roleName,
    description,
    trust: plan.trust,
    policy: inline,
    tags,
    ...(plan.permissionsBoundary ? { permissionsBoundary: plan.permissionsBoundary } : {})
  };
}

/** @throws EmrError `NameTaken` where a role of the name is not the pipeline's */
export async function findRole(
  aws: IAwsContext,
  name: string,
  pipeline: string,
  signal?: AbortSignal
): Promise<IRole | undefined> {
  const role = await getRole(aws, name, signal);
  if (role && role.tags[PIPELINE_TAG] !== pipeline) {
    const owner = role.tags[PIPELINE_TAG];
    throw new EmrError({
      code: 'NameTaken',
      hop: 'iam',
      message: `There is a role "${name}" already, which ${owner ? `belongs to the pipeline ${owner}` : 'this extension did not make'}.`,
      fix: 'Give the pipeline another name: pipelines never share a role.'
    });
  }
  return role;
}

/** Make the role, or change what differs. */
export async function ensureRole(
  aws: IAwsContext,
  wanted: IWantedRole,
  there: IRole | undefined,
  signal?: AbortSignal
): Promise<IRoleResult> {
  const { name } = wanted;
  if (!there) {
    const arn = await createRole(aws, wanted, signal);
    await putRolePolicy(aws, name, name, wanted.policy, signal).catch(async (error: unknown) => {
      await deleteRole(aws, name, [name]).catch(() => undefined);
      throw error;
    });
    return { arn, changes: ['made'], created: true, undo: () => deleteRole(aws, name, [name]) };
  }
  const changes: string[] = [];
  const undo: (() => Promise<void>)[] = [];
  const policy = await getRolePolicy(aws, name, name, signal);
  if (!same(there.trust, wanted.trust)) {
    await setTrust(aws, name, wanted.trust, signal);
    changes.push('trust');
    undo.push(() => setTrust(aws, name, there.trust as object));
  }
  if (there.permissionsBoundary !== wanted.permissionsBoundary) {
    await setBoundary(aws, name, wanted.permissionsBoundary, signal);
    changes.push('permissions boundary');
    undo.push(() => setBoundary(aws, name, there.permissionsBoundary));
  }
  if (!same(policy, wanted.policy)) {
    await putRolePolicy(aws, name, name, wanted.policy, signal);
    changes.push('policy');
    if (typeof policy === 'object' && policy !== null) {
      undo.push(() => putRolePolicy(aws, name, name, policy));
    }
  }
  if (Object.entries(wanted.tags).some(([key, value]) => there.tags[key] !== value)) {
    await tagRole(aws, name, wanted.tags, signal);
    changes.push('tags');
  }
  return {
    arn: there.arn,
    changes,
    created: false,
    ...(undo.length > 0
      ? {
          undo: async () => {
            for (const back of undo.reverse()) {
              await back();
            }
          }
        }
      : {})
  };
}
