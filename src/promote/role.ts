/** The role of one pipeline, made by the API from its plan. */
import type { IAwsContext, IRole } from '../aws';
import { createRole, deleteRole, getRole, getRolePolicy, putRolePolicy, setBoundary, setTrust, tagRole } from '../aws';
import { EmrError } from '../protocol';
import { same } from './diff';
import { PIPELINE_TAG, POLICY_NAME } from './names';
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

/** The plan's statements as IAM takes them: the reasons stay with us. */
export function policyDocument(plan: IRolePlan): object {
  return {
    Version: '2012-10-17',
    Statement: plan.statements.map(({ sid, effect, actions, resources, condition }) => ({
      Sid: sid,
      Effect: effect,
      Action: actions,
      Resource: resources,
      ...(condition ? { Condition: condition } : {})
    }))
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
    await putRolePolicy(aws, name, POLICY_NAME, wanted.policy, signal).catch(async (error: unknown) => {
      await deleteRole(aws, name, [POLICY_NAME]).catch(() => undefined);
      throw error;
    });
    return { arn, changes: ['made'], created: true, undo: () => deleteRole(aws, name, [POLICY_NAME]) };
  }
  const changes: string[] = [];
  const undo: (() => Promise<void>)[] = [];
  const policy = await getRolePolicy(aws, name, POLICY_NAME, signal);
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
    await putRolePolicy(aws, name, POLICY_NAME, wanted.policy, signal);
    changes.push('policy');
    if (typeof policy === 'object' && policy !== null) {
      undo.push(() => putRolePolicy(aws, name, POLICY_NAME, policy));
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

/** The role by which EventBridge Scheduler starts runs of one application with one role, and does nothing else. */
export function schedulerRole(
  name: string,
  pipeline: string,
  applicationArn: string,
  runRoleArn: string,
  scheduleArn: string,
  accountId: string
): Pick<IWantedRole, 'name' | 'description' | 'trust' | 'policy'> {
  return {
    name,
    description: `EventBridge Scheduler starts runs of the pipeline ${pipeline}`,
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:SourceAccount': accountId }, ArnEquals: { 'aws:SourceArn': scheduleArn } }
        }
      ]
    },
    policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'StartRuns',
          Effect: 'Allow',
          Action: ['emr-serverless:StartJobRun', 'emr-serverless:TagResource'],
          Resource: [applicationArn, `${applicationArn}/jobruns/*`]
        },
        {
          Sid: 'WithThePipelinesRole',
          Effect: 'Allow',
          Action: ['iam:PassRole'],
          Resource: [runRoleArn],
          Condition: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } }
        }
      ]
    }
  };
}
