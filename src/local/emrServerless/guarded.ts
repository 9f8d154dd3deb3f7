/** Operations behind the caller's policies: the action is the operation, the resource is what its input names. */
import { ACCOUNT_ID } from '../identity';
import type { ICall, Operation, Operations } from '../types';
import type { IAccess } from './access';

interface INaming {
  applicationId?: string;
  jobRunId?: string;
  resourceArn?: string;
  tags?: Record<string, string>;
}

/** Tags that a request brings, as condition keys. */
function tagContext(tags: Record<string, string> = {}): Record<string, string | string[]> {
  const entries = Object.entries(tags);
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(entries.length > 0 ? { 'aws:TagKeys': entries.map(([key]) => key) } : {})
  };
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
        await access.require(
          call.caller,
          `emr-serverless:${name}`,
          resourceOf(input, call.region),
          tagContext(input.tags)
        );
        return operation(input as never, call);
      }
    ])
  );
}
