/** Who the server-side credentials belong to (STS). */
import type { IAccount } from '../protocol';
import { ask } from './client';
import type { IAwsContext } from './context';

const WHO = { does: 'ask AWS who the credentials of this host belong to', iam: 'sts:GetCallerIdentity' };

/**
 * The account, the ARN and the region that AWS calls are made with.
 *
 * @throws EmrError `NoCredentials`, `ExpiredToken…`, `Unreachable`, …
 */
export async function callerIdentity(context: IAwsContext, signal?: AbortSignal): Promise<IAccount> {
  return ask(
    'sts',
    context,
    WHO,
    async config => new (await import('./sdk/sts')).STSClient(config),
    async client => {
      const { GetCallerIdentityCommand } = await import('./sdk/sts');
      const region = await client.config.region();
      const answer = await client.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
      const arn = answer.Arn ?? '';
      return { region, accountId: answer.Account ?? '', arn, userName: userName(arn) };
    }
  );
}

/** Last part of an ARN: the user's name, or the session's name of an assumed role. */
export function userName(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
}
