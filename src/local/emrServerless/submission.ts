/** What a job's request says to spark-submit, read as spark-submit reads it: properties, and what is to be fetched before. */
import type { StartJobRunRequest } from '@aws-sdk/client-emr-serverless';
import { split } from 'shlex';

import type { ApplicationSpec } from './application';
import { sparkDefaults, type SparkConf } from './demand';

/** A job, as far as Spark is concerned. */
export interface ISubmission {
  entryPoint: string;
  arguments: string[];
  conf: SparkConf;
  mainClass?: string;
}

/** Options of spark-submit that are properties under another name. */
const PROPERTIES: Record<string, string> = {
  '--name': 'spark.app.name',
  '--jars': 'spark.jars',
  '--packages': 'spark.jars.packages',
  '--exclude-packages': 'spark.jars.excludes',
  '--repositories': 'spark.jars.repositories',
  '--py-files': 'spark.submit.pyFiles',
  '--files': 'spark.files',
  '--archives': 'spark.archives',
  '--driver-memory': 'spark.driver.memory',
  '--driver-cores': 'spark.driver.cores',
  '--driver-java-options': 'spark.driver.extraJavaOptions',
  '--driver-class-path': 'spark.driver.extraClassPath',
  '--driver-library-path': 'spark.driver.extraLibraryPath',
  '--executor-memory': 'spark.executor.memory',
  '--executor-cores': 'spark.executor.cores',
  '--num-executors': 'spark.executor.instances'
};
/** There is no cluster manager to choose, nor a principal. */
const IGNORED = new Set(['--master', '--deploy-mode', '--properties-file', '--queue', '--principal', '--keytab']);
const FLAGS = new Set(['--verbose', '-v', '--supervise']);

/** @throws Error in spark-submit's words for options that it does not know */
export function readSubmission(spec: ApplicationSpec, request: StartJobRunRequest): ISubmission {
  const job = request.jobDriver!.sparkSubmit!;
  const conf = sparkDefaults(spec.runtimeConfiguration, request.configurationOverrides?.applicationConfiguration);
  let mainClass: string | undefined;
  const words = split(job.sparkSubmitParameters ?? '');
  for (let index = 0; index < words.length; index++) {
    const [, option, inline] = /^(--[\w-]+)=(.*)$/s.exec(words[index]) ?? [undefined, words[index], undefined];
    if (FLAGS.has(option)) {
      continue;
    }
    const value = inline ?? words[++index];
    if (value === undefined) {
      throw new Error(`Missing argument for option '${option}'.`);
    }
    if (option === '--conf' || option === '-c') {
      const equals = value.indexOf('=');
      if (equals < 1) {
        throw new Error(`Spark config without '=': ${value}`);
      }
      conf[value.slice(0, equals)] = value.slice(equals + 1);
    } else if (option === '--class') {
      mainClass = value;
    } else if (Object.hasOwn(PROPERTIES, option)) {
      conf[PROPERTIES[option]] = value;
    } else if (!IGNORED.has(option)) {
      throw new Error(`Unrecognized option: ${option}`);
    }
  }
  return {
    entryPoint: job.entryPoint!,
    arguments: job.entryPointArguments ?? [],
    conf,
    ...(mainClass === undefined ? {} : { mainClass })
  };
}

/** Lists of files among the properties. */
export const FILE_LISTS = ['spark.jars', 'spark.submit.pyFiles', 'spark.files', 'spark.archives'] as const;
