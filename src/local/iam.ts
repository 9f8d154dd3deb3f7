/** IAM, as far as one asks it what one may do: everything, but for what a fault denies. */
import { AwsError } from './errors';
import type { Faults } from './faults';
import type { IService } from './types';

/** Service of a fault by the prefix of an IAM action. */
const SERVICES: Record<string, string> = { elasticmapreduce: 'emr' };

export function makeIam(faults: Faults): IService {
  return {
    name: 'iam',
    operations: {
      SimulatePrincipalPolicy: (input: Record<string, string>) => {
        const actions = Object.entries(input)
          .filter(([key]) => key.startsWith('ActionNames.member.'))
          .map(([, action]) => action);
        if (!input['PolicySourceArn'] || actions.length === 0) {
          throw new AwsError('InvalidInput', 'PolicySourceArn and ActionNames have to be given.');
        }
        return {
          EvaluationResults: actions.map(action => ({
            EvalActionName: action,
            EvalResourceName: '*',
            EvalDecision: isDenied(faults, action) ? 'implicitDeny' : 'allowed'
          })),
          IsTruncated: false
        };
      }
    }
  };
}

function isDenied(faults: Faults, action: string): boolean {
  const [prefix, operation] = action.split(':');
  return faults
    .list()
    .some(
      fault =>
        fault.service === (SERVICES[prefix] ?? prefix) &&
        fault.operation === operation &&
        fault.code.startsWith('AccessDenied')
    );
}
