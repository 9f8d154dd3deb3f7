/** The role of one pipeline, made by the API from its plan. */
import type { IAwsContext, IRole } from '../aws';
import {
  createRole,
  deleteRole,
  getRole,
  getRolePolicy,
  isDenied,
  listRolePolicies,
  putRolePolicy,
  setBoundary,
  setTrust,
  tagRole
} from '../aws';
import { EmrError, errorInfo } from '../protocol';
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

/** Policies of a role that the pipeline did not make; none where they may not be looked at. */
export async function foreignPolicies(aws: IAwsContext, role: string, signal?: AbortSignal): Promise<string[]> {
  try {
    // A template's role has its further policies under its own name.
    return (await listRolePolicies(aws, role, signal)).filter(
      name => name !== role && !new RegExp(`policy/${role}-\\d+$`).test(name)
    );
  } catch (error) {
    if (error instanceof EmrError && isDenied(error)) {
      return [];
    }
    throw error;
  }
}

/**
 * Make the role, or change what differs.
 *
 * @param remember - told how to take back each thing once it is done: the next may fail
 */
export async function ensureRole(
  aws: IAwsContext,
  wanted: IWantedRole,
  there: IRole | undefined,
  remember: (undo: () => Promise<void>) => void = () => undefined
): Promise<IRoleResult> {
  return bringAbout(aws, wanted, there, remember).catch((error: unknown) => {
    throw boundaryTold(error, wanted);
  });
}

/** Users may make roles inside of the site's boundary only: a refusal says which one the role was to have. */
function boundaryTold(error: unknown, { permissionsBoundary: boundary }: IWantedRole): unknown {
  const action =
    error instanceof EmrError && error.code === 'AccessDenied'
      ? /no permission (iam:(?:CreateRole|PutRolePolicy|\w+PermissionsBoundary))\b/.exec(error.message)?.[1]
      : undefined;
  if (action === undefined) {
    return error;
  }
  const told = errorInfo(error);
  const setting = '"pipelines.permissionsBoundary" of jupyterlab_emr.json';
  return new EmrError(
    {
      ...told,
      message: boundary
        ? `${told.message} The role was to have the permissions boundary ${boundary}.`
        : `${told.message} The role was to have no permissions boundary, and sites often allow ${action} with theirs only.`,
      fix: boundary
        ? `${told.fix ?? ''} Is it the boundary that ${action} is allowed with? It stands in ${setting}.`
        : `Write the ARN of the site’s boundary into ${setting} (deploy/aws/boundaries.yaml makes it: PipelineBoundaryArn). Where there is none: ${told.fix ?? ''}`
    },
    { cause: error }
  );
}

async function bringAbout(
  aws: IAwsContext,
  wanted: IWantedRole,
  there: IRole | undefined,
  remember: (undo: () => Promise<void>) => void
): Promise<IRoleResult> {
  const { name } = wanted;
  if (!there) {
    let arn: string;
    try {
      arn = await createRole(aws, wanted);
    } catch (error) {
      // A colleague deploys the same pipeline: theirs is taken, where it is the pipeline's.
      const others =
        error instanceof EmrError && error.code.startsWith('EntityAlreadyExists')
          ? await findRole(aws, name, wanted.tags[PIPELINE_TAG] ?? '')
          : undefined;
      if (!others) {
        throw error;
      }
      return bringAbout(aws, wanted, others, remember);
    }
    // A role without its policy would stay behind unseen.
    await putRolePolicy(aws, name, name, wanted.policy).catch(async (error: unknown) => {
      await deleteRole(aws, name, [name]).catch(() => undefined);
      throw error;
    });
    remember(() => deleteRole(aws, name, [name]));
    return { arn, changes: ['made'], created: true };
  }
  const changes: string[] = [];
  const policy = await getRolePolicy(aws, name, name);
  if (!same(there.trust, wanted.trust)) {
    await setTrust(aws, name, wanted.trust);
    changes.push('trust');
    remember(() => setTrust(aws, name, there.trust as object));
  }
  if (there.permissionsBoundary !== wanted.permissionsBoundary) {
    await setBoundary(aws, name, wanted.permissionsBoundary);
    changes.push('permissions boundary');
    remember(() => setBoundary(aws, name, there.permissionsBoundary));
  }
  if (!same(policy, wanted.policy)) {
    await putRolePolicy(aws, name, name, wanted.policy);
    changes.push('policy');
    if (typeof policy === 'object' && policy !== null) {
      remember(() => putRolePolicy(aws, name, name, policy));
    }
  }
  if (Object.entries(wanted.tags).some(([key, value]) => there.tags[key] !== value)) {
    await tagRole(aws, name, wanted.tags);
    changes.push('tags');
  }
  return { arn: there.arn, changes, created: false };
}

/** Who may not make roles has another way, which the error names. */
export function orTemplate(error: unknown, pipeline: string): unknown {
  if (!(error instanceof EmrError) || error.code !== 'AccessDenied') {
    return error;
  }
  const other =
    'Or hand them the CloudFormation template (the dialog’s button, or jupyter emr promote --template), and take away ' +
    `what was made so far: jupyter emr runs ${pipeline} --remove.`;
  return new EmrError({ ...errorInfo(error), fix: [error.fix, other].filter(Boolean).join(' ') }, { cause: error });
}
