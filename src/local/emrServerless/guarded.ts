/** Operations behind the caller's policies: the action is the operation, the resource is what its input names. */
import { ACCOUNT_ID } from '../identity';
import type { ICall, Operation, Operations } from '../types';
import type { IAccess } from './access';

interface INaming {
  applicationId?: string;
  jobRunId?: string;
  resourceArn?: string;
}

/** ARN that a policy has to allow; `/*` where nothing is named yet. */
export function resourceOf({ applicationId, jobRunId, resourceArn }: INaming, region: string): string {
  const path = applicationId ? `applications/${applicationId}${jobRunId ? `/jobruns/${jobRunId}` : ''}` : '*';
  return resourceArn ?? `arn:aws:emr-serverless:${region}:${ACCOUNT_ID}:/${path}`;
}

export function guarded(operations: Operations, access: IAccess): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, Operation] => [
      name,
      async (input: INaming, call: ICall) => {
        await access.require(call.caller, `emr-serverless:${name}`, resourceOf(input, call.region));
        return operation(input as never, call);
      }
    ])
  );
}
