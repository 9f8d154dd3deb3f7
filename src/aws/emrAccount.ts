/** What is set for EMR in an account and region, to read only. */
import type { BlockPublicAccessConfiguration } from '@aws-sdk/client-emr';

import { emr } from './emr';
import type { IAwsContext } from './context';
import { pages } from './pages';

export type { BlockPublicAccessConfiguration } from '@aws-sdk/client-emr';

/** Whether clusters may let everybody in, and on which ports. */
export async function blockPublicAccess(
  context: IAwsContext,
  signal?: AbortSignal
): Promise<BlockPublicAccessConfiguration> {
  const action = {
    does: 'read EMR’s block public access configuration',
    iam: 'elasticmapreduce:GetBlockPublicAccessConfiguration'
  };
  const answer = await emr(context, action, signal, (client, sdk, options) =>
    client.send(new sdk.GetBlockPublicAccessConfigurationCommand({}), options)
  );
  return answer.BlockPublicAccessConfiguration ?? { BlockPublicSecurityGroupRules: false };
}

/** Names of the security configurations of an account. */
export async function listSecurityConfigurations(context: IAwsContext, signal?: AbortSignal): Promise<string[]> {
  const action = { does: 'list the security configurations', iam: 'elasticmapreduce:ListSecurityConfigurations' };
  const { items } = await pages({ signal }, async Marker => {
    const answer = await emr(context, action, signal, (client, sdk, options) =>
      client.send(new sdk.ListSecurityConfigurationsCommand({ Marker }), options)
    );
    return { items: answer.SecurityConfigurations, next: answer.Marker };
  });
  return items.map(({ Name = '' }) => Name);
}
