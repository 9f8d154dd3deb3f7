/** What EMR Serverless takes and what it refuses: the bounds of its model, and what its documentation says beyond. */
import type { CreateApplicationRequest, MaximumAllowedResources } from '@aws-sdk/client-emr-serverless';

import { AwsError } from '../errors';
import type { ApplicationSpec } from './application';
import { NOTHING, add, fits, readResources, times, workerProblem } from './resources';

/** Members with their patterns, as the service's model has them. */
const PATTERNS: Record<string, RegExp> = {
  applicationId: /^[0-9a-z]{1,64}$/,
  jobRunId: /^[0-9a-z]{1,64}$/,
  clientToken: /^[A-Za-z0-9._-]{1,64}$/,
  releaseLabel: /^[A-Za-z0-9._/-]{1,64}$/,
  applicationName: /^[A-Za-z0-9._/#-]{1,64}$/,
  cpu: /^[1-9][0-9]*(\s)?(vCPU|vcpu|VCPU)?$/,
  memory: /^[1-9][0-9]*(\s)?(GB|gb|gB|Gb)?$/,
  disk: /^[1-9][0-9]*(\s)?(GB|gb|gB|Gb)$/,
  executionRoleArn:
    /^arn:(aws[a-zA-Z0-9-]*):iam::([0-9]{12}):(role((\u002F)|(\u002F[\u0021-\u007F]+\u002F))[\w+=,.@-]+)$/,
  resourceArn:
    /^arn:(aws[a-zA-Z0-9-]*):emr-serverless:.+:(\d{12}):\/applications\/[0-9a-zA-Z]+(\/jobruns\/[0-9a-zA-Z]+|\/sessions\/[0-9a-zA-Z]+)?$/,
  tagKey: /^[A-Za-z0-9 /_.:=+@-]{1,128}$/,
  tagValue: /^[A-Za-z0-9 /_.:=+@-]{0,256}$/,
  jobRunName: /^(?=.*\S)[^]{1,256}$/
};

/** Releases there are: EMR Serverless began with 6.6 (its guide has Arm64 with 6.8), Livy with 6.14, queueing with 7.0. */
const LATEST: Record<number, number> = { 6: 15, 7: 14 };

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** @throws AwsError `ValidationException` where a value does not have its member's pattern */
export function match(pattern: keyof typeof PATTERNS, value: string | undefined, at: string = pattern): void {
  if (value !== undefined && !PATTERNS[pattern].test(value)) {
    throw invalid(
      `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${PATTERNS[pattern].source}`
    );
  }
}

/** @throws AwsError */
export function within(value: number | undefined, least: number, most: number, at: string): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most)) {
    throw invalid(
      `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: Member must have value between ${least} and ${most}`
    );
  }
}

export function checkTags(tags: Record<string, string> | undefined): void {
  for (const [key, value] of Object.entries(tags ?? {})) {
    match('tagKey', key, 'tags');
    match('tagValue', value, `tags.${key}`);
  }
}

/** @throws AwsError `ValidationException` as EMR Serverless says it */
export function readApplication({ clientToken: _, ...spec }: CreateApplicationRequest): ApplicationSpec {
  match('applicationName', spec.name, 'name');
  checkTags(spec.tags);
  const type = { spark: 'Spark', hive: 'Hive' }[spec.type!.toLowerCase()];
  if (type === undefined) {
    throw invalid(`Application type ${spec.type} is not supported. It has to be SPARK or HIVE.`);
  }
  const made = { ...spec, type, architecture: spec.architecture ?? 'X86_64' };
  checkApplication(made);
  return made;
}

/** @throws AwsError `ValidationException` */
export function checkApplication(spec: ApplicationSpec): void {
  const release = checkRelease(spec.releaseLabel!);
  if (spec.architecture !== 'ARM64' && spec.architecture !== 'X86_64') {
    throw invalid(
      `1 validation error detected: Value '${spec.architecture}' at 'architecture' failed to satisfy constraint: Member must satisfy enum value set: [ARM64, X86_64]`
    );
  }
  const needs = (since: number, what: string, asked: boolean) => {
    if (asked && release < since) {
      throw invalid(`${what} is not supported with release ${spec.releaseLabel}.`);
    }
  };
  needs(
    614,
    'The interactive configuration livyEndpointEnabled',
    spec.interactiveConfiguration?.livyEndpointEnabled === true
  );
  needs(700, 'The scheduler configuration', spec.schedulerConfiguration !== undefined);
  within(spec.autoStopConfiguration?.idleTimeoutMinutes, 1, 10_080, 'autoStopConfiguration.idleTimeoutMinutes');
  within(spec.schedulerConfiguration?.maxConcurrentRuns, 1, 1000, 'schedulerConfiguration.maxConcurrentRuns');
  within(spec.schedulerConfiguration?.queueTimeoutMinutes, 15, 720, 'schedulerConfiguration.queueTimeoutMinutes');
  checkCapacity(spec);
}

/** @returns 100 times the major plus the minor number */
function checkRelease(label: string): number {
  match('releaseLabel', label);
  const [, major, minor] = /^emr-(\d+)\.(\d+)\.\d+(-latest|-\d{8})?$/.exec(label) ?? [];
  if (!(Number(minor) <= (LATEST[Number(major)] ?? -1)) || (major === '6' && Number(minor) < 6)) {
    throw invalid(`Release label ${label} is not supported by EMR Serverless.`);
  }
  return Number(major) * 100 + Number(minor);
}

function checkCapacity({ maximumCapacity, initialCapacity = {} }: ApplicationSpec): void {
  const read = (amount: Partial<MaximumAllowedResources>, at: string) => {
    match('cpu', amount.cpu, `${at}.cpu`);
    match('memory', amount.memory, `${at}.memory`);
    match('disk', amount.disk, `${at}.disk`);
    return readResources(amount);
  };
  let initial = NOTHING;
  for (const [name, { workerCount, workerConfiguration }] of Object.entries(initialCapacity)) {
    const at = `initialCapacity.${name}`;
    within(workerCount, 1, 1_000_000, `${at}.workerCount`);
    if (workerConfiguration) {
      const worker = read({ disk: '20 GB', ...workerConfiguration }, `${at}.workerConfiguration`);
      const problem = workerProblem(worker, name);
      if (problem) {
        throw invalid(problem);
      }
      initial = add(initial, times(worker, workerCount!));
    }
  }
  if (maximumCapacity && !fits(initial, read(maximumCapacity, 'maximumCapacity'))) {
    throw invalid('The initial capacity of the application exceeds its maximum capacity.');
  }
}
