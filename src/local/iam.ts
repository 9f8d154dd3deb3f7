/**
 * IAM's simulator; all else of IAM is moto's. What a fault denies is denied here too.
 */
import type { Directory } from './access/directory';
import { decide } from './access/evaluate';
import type { Guard } from './access/guard';
import type { Context, Decision, IPolicyDocument } from './access/types';
import { AwsError } from './errors';
import type { Faults } from './faults';
import { ACCOUNT_ID } from './identity';
import type { ICall, IService } from './types';

type Form = Record<string, string>;

/** Service of a fault by the prefix of an IAM action. */
const SERVICES: Record<string, string> = { elasticmapreduce: 'emr' };

export function makeIam(faults: Faults, directory: Directory, guard: Guard): IService {
  return {
    name: 'iam',
    operations: {
      SimulatePrincipalPolicy: async (input: Form, call: ICall) => {
        const actions = members(input, 'ActionNames');
        const source = input['PolicySourceArn'];
        await guard.require(call.caller, 'iam:SimulatePrincipalPolicy', source ?? '*', {}, 'AccessDenied');
        if (!source || actions.length === 0) {
          throw new AwsError('InvalidInput', 'PolicySourceArn and ActionNames have to be given.');
        }
        const role = await directory.role(source);
        const caller = role
          ? {
              accountId: ACCOUNT_ID,
              arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role.name}/simulation`,
              userId: '',
              accessKeyId: ''
            }
          : { accountId: ACCOUNT_ID, arn: source, userId: '', accessKeyId: '' };
        return results(input, actions, async (action, resource, context) =>
          isDenied(faults, action) ? 'implicitDeny' : guard.decide(caller, action, resource, context)
        );
      },
      SimulateCustomPolicy: (input: Form) => {
        const actions = members(input, 'ActionNames');
        const identity = documents(input, 'PolicyInputList');
        const [boundary] = documents(input, 'PermissionsBoundaryPolicyInputList');
        if (identity.length === 0 || actions.length === 0) {
          throw new AwsError('InvalidInput', 'PolicyInputList and ActionNames have to be given.');
        }
        const arn = input['CallerArn'] ?? `arn:aws:iam::${ACCOUNT_ID}:user/simulation`;
        return results(input, actions, (action, resource, context) =>
          Promise.resolve(
            decide(
              { principal: { arn, accountId: ACCOUNT_ID }, action, resource, context },
              { identity, ...(boundary ? { boundary } : {}) }
            )
          )
        );
      }
    }
  };
}

async function results(
  input: Form,
  actions: string[],
  evaluate: (action: string, resource: string, context: Context) => Promise<Decision>
): Promise<object> {
  const given = members(input, 'ResourceArns');
  const context = contextEntries(input);
  const found = [];
  for (const action of actions) {
    for (const resource of given.length > 0 ? given : ['*']) {
      found.push({
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: await evaluate(action, resource, context)
      });
    }
  }
  return { EvaluationResults: found, IsTruncated: false };
}

/** `NAME.member.1`, `NAME.member.2`, … */
function members(input: Form, name: string): string[] {
  return Object.entries(input)
    .filter(([key]) => new RegExp(`^${name}\\.member\\.\\d+$`).test(key))
    .map(([, value]) => value);
}

function documents(input: Form, name: string): IPolicyDocument[] {
  return members(input, name).map(text => {
    try {
      return JSON.parse(text) as IPolicyDocument;
    } catch {
      throw new AwsError('InvalidInput', `${name} has to hold JSON.`);
    }
  });
}

function contextEntries(input: Form): Context {
  const context: Context = {};
  for (const [key, name] of Object.entries(input)) {
    const index = /^ContextEntries\.member\.(\d+)\.ContextKeyName$/.exec(key)?.[1];
    if (index !== undefined) {
      const values = members(input, `ContextEntries.member.${index}.ContextKeyValues`);
      context[name] = values.length === 1 ? values[0] : values;
    }
  }
  return context;
}

function isDenied(faults: Faults, action: string): boolean {
  const [prefix, operation] = action.split(':');
  return faults
    .list()
    .some(
      fault =>
        fault.service === (SERVICES[prefix] ?? prefix) &&
        fault.operation === operation &&
        fault.code?.startsWith('AccessDenied') === true
    );
}
