/** The end of clusters: by the user, and by themselves. */
import { templateChecks } from './products';
import { userLacks } from './provision';
import type { AdminReport } from './report';
import type { Setup } from './setup';
import type { Verdict } from './types';

const END = 'servicecatalog:TerminateProvisionedProduct';
const LEVEL = 'servicecatalog:userLevel';

export async function teardownChecks(setup: Setup, report: AdminReport): Promise<void> {
  await report.eachOf(
    'teardown',
    'user',
    () => setup.principals(),
    async who => {
      const name = who.split('/').at(-1)!;
      const verdicts = userLacks(
        'Ending one’s clusters',
        who,
        await setup.denied(who, [END], undefined, { [LEVEL]: 'self' })
      );
      // The key is absent where one is not the owner.
      const others = await setup.allowed(who, [END], undefined, {});
      if (others.length > 0) {
        verdicts.push({
          state: 'too wide',
          message: `${name} may end everybody’s clusters: ${END} without the condition ${LEVEL}.`,
          evidence: [who],
          fix: `Add StringEquals ${LEVEL}: self to the statement.`,
          property: 'AWS::IAM::ManagedPolicy PolicyDocument'
        });
      }
      const any = await setup.allowed(
        who,
        ['elasticmapreduce:TerminateJobFlows'],
        await setup.arn('elasticmapreduce', 'cluster/j-0000000000000')
      );
      if (any.length > 0 && setup.site.allowTerminateJobFlows !== true) {
        verdicts.push({
          state: 'too wide',
          message: `${name} may end any cluster of the account: elasticmapreduce:TerminateJobFlows.`,
          evidence: [who],
          fix: 'Take it from the users’ policy, or say "allowTerminateJobFlows": true in jupyterlab_emr.json where it is meant.',
          property: 'AWS::IAM::ManagedPolicy PolicyDocument'
        });
      }
      return verdicts.length > 0
        ? verdicts
        : { state: 'ok', message: `${name} may end the clusters of its own, and no other.`, evidence: [who] };
    }
  );
  await report.eachOf(
    'teardown',
    'auto-termination',
    () => setup.clusters(),
    async (cluster): Promise<Verdict> => {
      const seconds = await setup.idleSeconds(cluster);
      return seconds === undefined
        ? {
            state: 'missing',
            message: `The ${cluster.label} never ends by itself: it has no auto-termination policy.`,
            evidence: [cluster.id],
            fix: 'Give the product’s template an auto-termination policy.',
            property: 'AWS::EMR::Cluster AutoTerminationPolicy.IdleTimeout',
            command: `aws emr put-auto-termination-policy --cluster-id ${cluster.id} --auto-termination-policy IdleTimeout=3600`
          }
        : {
            state: 'ok',
            message: `The ${cluster.label} ends after ${Math.round(seconds / 60)} idle minutes.`,
            evidence: [cluster.id]
          };
    }
  );
  await templateChecks(setup, report, 'teardown');
}
