/** Delivery from GitHub, where it is set up: who may take the role. */
import type { AdminReport } from './report';
import type { Setup } from './setup';
import { trustedFor } from './trust';
import type { Verdict } from './types';

const PROVIDER = 'token.actions.githubusercontent.com';

export async function deliveryChecks(setup: Setup, report: AdminReport): Promise<void> {
  await report.look('delivery', 'role', 'Looking for roles of GitHub Actions', async () => {
    const verdicts = (await setup.roles()).flatMap(({ name, arn, trust }): Verdict[] =>
      trustedFor(trust, 'sts:AssumeRoleWithWebIdentity')
        .filter(({ kind, value }) => kind === 'Federated' && value.endsWith(`oidc-provider/${PROVIDER}`))
        .map(({ conditions }) => {
          const subjects = conditions[`${PROVIDER}:sub`] ?? [];
          const audiences = conditions[`${PROVIDER}:aud`] ?? [];
          const wide = subjects.length === 0 || subjects.some(subject => /[*?]/.test(subject));
          return wide || audiences.length === 0
            ? {
                state: 'too wide',
                message: `The role ${name} may be taken by ${wide ? 'more of GitHub than one branch or environment of one repository' : 'tokens made for others'}.`,
                evidence: [arn, ...subjects],
                fix: `Condition StringEquals ${PROVIDER}:sub: repo:OWNER/REPOSITORY:environment:NAME, and ${PROVIDER}:aud: sts.amazonaws.com.`,
                property: 'AWS::IAM::Role AssumeRolePolicyDocument'
              }
            : { state: 'ok', message: `The role ${name} may be taken by what is named only.`, evidence: subjects };
        })
    );
    return verdicts.length > 0
      ? verdicts
      : { state: 'ok', message: 'No role is taken by GitHub Actions; delivery from there is optional.' };
  });
}
