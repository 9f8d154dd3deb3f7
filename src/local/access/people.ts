/** The policies of deploy/aws as this account has them: of its users, and the boundaries of what these make. */
import boundaries from '../../../deploy/aws/boundaries.yaml';
import users from '../../../deploy/aws/user-policy.yaml';
import { Resolver } from '../cloudformation/resolve';
import { readTemplate, type Value } from '../cloudformation/template';
import { ACCOUNT_ID } from '../identity';
import { RUNTIME_ROLES } from '../roles';
import type { IPolicyDocument } from './types';

/** Name of the boundary of what pipelines run as. */
export const PIPELINE_BOUNDARY = 'emr-pipeline-boundary';

/** The managed policies of a template, by name. */
function policiesOf(text: string, region: string, parameters: Record<string, Value>): Record<string, IPolicyDocument> {
  const template = readTemplate(text);
  const defaults = Object.fromEntries(
    Object.entries(template.Parameters ?? {}).map(([key, { Type, Default = '' }]): [string, Value] => [
      key,
      Type === 'CommaDelimitedList' ? [] : Default
    ])
  );
  const refs = {
    ...defaults,
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    ...parameters
  };
  const resolver = new Resolver(template, { refs, exports: {} });
  return Object.fromEntries(
    Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy')
      .map(({ Properties = {} }) => [
        resolver.resolve(Properties['ManagedPolicyName']) as string,
        resolver.resolve(Properties['PolicyDocument']) as unknown as IPolicyDocument
      ])
  );
}

/** What users may do, policy by policy. @param artifacts - bucket of pipelines' artifacts */
export function userPolicies(region: string, artifacts: string): Record<string, IPolicyDocument> {
  const roles = [RUNTIME_ROLES.analyst, RUNTIME_ROLES.engineer, RUNTIME_ROLES.limited].map(({ arn }) => arn);
  return policiesOf(users, region, {
    RuntimeRoleArns: roles,
    ServerlessRoleArns: roles,
    CatalogueRoleArns: roles,
    ArtifactsBucket: artifacts,
    PipelineBoundaryArn: `arn:aws:iam::${ACCOUNT_ID}:policy/${PIPELINE_BOUNDARY}`
  });
}

/** The boundaries, by name. */
export function boundaryPolicies(region: string): Record<string, IPolicyDocument> {
  return policiesOf(boundaries, region, { BucketPrefix: 'emr-' });
}
