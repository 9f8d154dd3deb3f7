/** What EMR Serverless is told to run: the same for a run by hand and for the schedule. */
import type { StartJobRunCommandInput } from '../aws';
import type { IDeploymentRecord } from './deployment';
import { catalogueConf } from './catalogueConf';
import { resolveArguments } from './file';
import { logsUri, ourTags } from './names';
import { logGroupName } from './policy/names';
import { heap, mostExecutors } from './sparkSizes';
import type { IPipeline } from './types';

/** Name of the folder that the archive of packages is unpacked into. */
const ENVIRONMENT = 'environment';
const INTERPRETER = `./${ENVIRONMENT}/bin/python`;

/** As spark-submit gets them. `--x=-5`: a value may begin with a dash. */
export function argumentWords(values: Record<string, string>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

/** The way back; words that are no option are named by their places. */
export function argumentsOf(words: readonly string[] = []): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const option = /^--([A-Za-z0-9_][\w.-]*)(?:=(.*))?$/s.exec(word);
    if (!option) {
      found[String(at)] = word;
    } else if (option[2] !== undefined) {
      found[option[1]] = option[2];
    } else if (at + 1 < words.length && !/^--[A-Za-z]/.test(words[at + 1] ?? '')) {
      found[option[1]] = words[++at] ?? '';
    } else {
      found[option[1]] = 'true';
    }
  }
  return found;
}

/** Spark's configuration of a run: sizes, packages and catalogue, and what the file says above them. */
export function sparkConf(pipeline: IPipeline, archiveUri?: string): Record<string, string> {
  const { driver, executor } = pipeline;
  const most = mostExecutors(pipeline);
  return {
    'spark.driver.cores': String(driver.vcpu),
    'spark.driver.memory': heap(driver.memoryGb),
    'spark.emr-serverless.driver.disk': `${driver.diskGb}G`,
    'spark.executor.cores': String(executor.vcpu),
    'spark.executor.memory': heap(executor.memoryGb),
    'spark.emr-serverless.executor.disk': `${executor.diskGb}G`,
    // EMR Serverless begins with three; what does not fit into the caps would wait for ever.
    'spark.executor.instances': String(Math.min(3, most)),
    'spark.dynamicAllocation.maxExecutors': String(most),
    ...(archiveUri
      ? {
          'spark.archives': `${archiveUri}#${ENVIRONMENT}`,
          'spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON': INTERPRETER,
          'spark.emr-serverless.driverEnv.PYSPARK_PYTHON': INTERPRETER,
          'spark.executorEnv.PYSPARK_PYTHON': INTERPRETER
        }
      : {}),
    ...catalogueConf(pipeline),
    ...pipeline.sparkConf
  };
}

/** `--conf` for each; a value with blanks or quotes is quoted as a shell has it. */
export function submitParameters(conf: Record<string, string>): string {
  return Object.entries(conf)
    .map(([key, value]) => `--conf ${quoted(`${key}=${value}`)}`)
    .join(' ');
}

function quoted(text: string): string {
  return /[\s"'\\]/.test(text) ? `"${text.replace(/(["\\])/g, '\\$1')}"` : text;
}

/** The way back. */
export function confOf(parameters = ''): Record<string, string> {
  const words = parameters.match(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  const plain = words.map(word =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_all, double?: string, single?: string) =>
      double === undefined ? (single ?? '') : double.replace(/\\(.)/g, '$1')
    )
  );
  const found: Record<string, string> = {};
  plain.forEach((word, at) => {
    const text = word === '--conf' || word === '-c' ? plain[at + 1] : /^--conf=(.*)$/s.exec(word)?.[1];
    const equals = text?.indexOf('=') ?? -1;
    if (text !== undefined && equals > 0) {
      found[text.slice(0, equals)] = text.slice(equals + 1);
    }
  });
  return found;
}

/** The request of one run. @param token - the same never starts a second run */
export function runInput(
  record: IDeploymentRecord,
  given: Record<string, string>,
  token: string,
  trigger: 'user' | 'schedule' = 'user'
): StartJobRunCommandInput {
  const { pipeline } = record;
  const { kmsKey, retentionDays } = pipeline.logs;
  return {
    applicationId: record.applicationId,
    clientToken: token,
    executionRoleArn: record.roleArn,
    name: pipeline.name,
    jobDriver: {
      sparkSubmit: {
        entryPoint: record.scriptUri,
        entryPointArguments: argumentWords(resolveArguments(pipeline, given)),
        sparkSubmitParameters: submitParameters(sparkConf(pipeline, record.archiveUri))
      }
    },
    configurationOverrides: {
      monitoringConfiguration: {
        s3MonitoringConfiguration: {
          logUri: logsUri(pipeline),
          ...(kmsKey ? { encryptionKeyArn: kmsKey } : {})
        },
        // The group has its own key, where there is one.
        ...(retentionDays === undefined
          ? {}
          : { cloudWatchLoggingConfiguration: { enabled: true, logGroupName: logGroupName(pipeline.name) } })
      }
    },
    executionTimeoutMinutes: pipeline.timeLimitMinutes,
    retryPolicy: { maxAttempts: pipeline.retries + 1 },
    // The scheduler's role may start runs, and nothing else: no tagging.
    ...(trigger === 'user' ? { tags: ourTags(pipeline) } : {})
  };
}

/** Members whose keys are the user's, not the API's. */
const MAPS = new Set(['tags', 'properties', 'logTypes']);

/**
 * A request as a universal target of EventBridge Scheduler wants it: names of members begin with a capital, as in the
 * service's Java classes (`S3MonitoringConfiguration`), keys of maps are left alone.
 *
 * Sources: EventBridge Scheduler User Guide, "Using universal targets" (`arn:aws:scheduler:::aws-sdk:SERVICE:apiAction`,
 * parameters in Pascal case), a Terraform configuration in public use with this very target and these members, and the AWS
 * data solutions framework's `aws-sdk:emrserverless:startJobRun` of Step Functions, which spells them the same. The
 * members' names are botocore's; tests/promote compares them. No schedule has been fired at AWS from here: not verified there.
 */
export function universalInput(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(universalInput);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key.charAt(0).toUpperCase() + key.slice(1),
        MAPS.has(key) ? member : universalInput(member)
      ])
    );
  }
  return value;
}
