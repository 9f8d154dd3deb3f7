/** A version of a product, as its CloudFormation template says it. */
import type { RecordOutput } from '@aws-sdk/client-service-catalog';

import { jobFlowOf } from '../cloudformation/cluster';
import { Resolver } from '../cloudformation/resolve';
import { SITE_DEFAULTS, siteExports } from '../cloudformation/site';
import { readTemplate, textOf, type ITemplate, type ITemplateParameter, type Value } from '../cloudformation/template';
import { readJobFlow } from '../emr/runJobFlow';
import { APPLICATIONS } from '../emr/types';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import { LIST, splitList } from './parameters';
import type { IArtifact, IStack, Parameter, Values } from './types';

/** The one kind of resource that is made here; whatever else a template has is taken for made. */
const CLUSTER = 'AWS::EMR::Cluster';
/** Where bootstrap actions of a broken template come from. */
const NO_BUCKET = /^s3:\/\/[^/]*does-not-exist/;

/** @throws Error where a template is none, or makes no cluster */
export function fromTemplate(
  text: string
): Pick<IArtifact, 'template' | 'parameters' | 'outputs' | 'build' | 'results'> {
  const template = readTemplate(text);
  const found = Object.entries(template.Resources).find(([, { Type }]) => Type === CLUSTER);
  if (!found) {
    throw new Error(`The template has no ${CLUSTER}.`);
  }
  const [logicalId, { Properties = {} }] = found;
  return {
    template: text,
    parameters: Object.entries(template.Parameters ?? {}).map(parameterOf),
    outputs: [
      // Service Catalog's own, of every product.
      { Key: 'CloudformationStackARN', Description: 'The ARN of the launched Cloudformation Stack' },
      ...Object.entries(template.Outputs ?? {}).map(([Key, { Description }]) => ({ Key, Description }))
    ],
    build(values, stack) {
      const properties = resolver(template, values, stack).resolve(Properties) as Record<string, Value>;
      const flow = jobFlowOf(properties);
      const spec = readJobFlow(flow);
      return {
        ...spec,
        applications: APPLICATIONS.filter(({ Name }) => spec.applications.some(wanted => wanted.Name === Name)),
        failsAtBootstrap: spec.bootstrapActions.some(({ ScriptPath }) => NO_BUCKET.test(ScriptPath ?? ''))
      };
    },
    results(values, stack, cluster) {
      const made = { [logicalId]: cluster.id, [`${logicalId}.MasterPublicDNS`]: 'localhost' };
      const own = resolver(template, values, stack, made);
      return Object.entries(template.Outputs ?? {})
        .filter(([, { Condition }]) => Condition === undefined || own.holds(Condition))
        .map(([OutputKey, { Description, Value }]): RecordOutput => {
          return { OutputKey, OutputValue: textOf(own.resolve(Value)), Description };
        });
    }
  };
}

function resolver(template: ITemplate, values: Values, stack: IStack, resources?: Record<string, Value>): Resolver {
  const refs: Record<string, Value> = {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::Region': stack.region,
    'AWS::StackId': stack.arn,
    'AWS::StackName': stack.arn.split('/')[1]
  };
  for (const [key, { Type }] of Object.entries(template.Parameters ?? {})) {
    refs[key] = LIST.test(Type) ? splitList(values[key]) : values[key];
  }
  return new Resolver(template, { refs, exports: siteExports(stack.region), ...(resources ? { resources } : {}) });
}

function parameterOf([key, parameter]: [string, ITemplateParameter]): Parameter {
  const fallback = SITE_DEFAULTS[key] ?? parameter.Default;
  const bound = (name: keyof ITemplateParameter & `M${string}`) =>
    parameter[name] === undefined ? {} : { [name]: textOf(parameter[name]) };
  return {
    ParameterKey: key,
    ParameterType: parameter.Type,
    ...(fallback === undefined ? {} : { DefaultValue: textOf(fallback) }),
    IsNoEcho: String(parameter.NoEcho ?? false) === 'true',
    Description: parameter.Description,
    ParameterConstraints: {
      AllowedValues: (parameter.AllowedValues ?? []).map(textOf),
      ...(parameter.AllowedPattern === undefined ? {} : { AllowedPattern: parameter.AllowedPattern }),
      ...(parameter.ConstraintDescription === undefined
        ? {}
        : { ConstraintDescription: parameter.ConstraintDescription }),
      ...bound('MinLength'),
      ...bound('MaxLength'),
      ...bound('MinValue'),
      ...bound('MaxValue')
    }
  };
}

/** In CloudFormation's words, where a stack cannot be made. */
export function stackProblem(error: unknown): string {
  if (error instanceof AwsError) {
    return `AmazonCloudFormationException ${error.message}`;
  }
  throw error;
}
