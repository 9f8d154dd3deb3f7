/** What a job needs in its folder before it starts: script, files, archives, from S3 with the execution role's permissions. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

import type { IObjects } from './access';
import type { SparkConf } from './demand';
import { isS3Uri } from './s3Objects';
import { FILE_LISTS, type ISubmission } from './submission';

const run = promisify(execFile);

export interface IFetched {
  /** Path of the script or jar. */
  program: string;
  conf: SparkConf;
  /** Environment that archives ask for. */
  env: Record<string, string>;
  /** For the driver's log. */
  notes: string[];
}

/** An object that the role may not read, or that is not there. */
export class FetchError extends Error {}

/** @throws FetchError in EMR Serverless' words */
export async function fetchJob(submission: ISubmission, objects: IObjects, workDir: string): Promise<IFetched> {
  const conf = { ...submission.conf };
  const program = await fetchFile(submission.entryPoint, objects, workDir);
  for (const key of FILE_LISTS) {
    const items =
      conf[key]
        ?.split(',')
        .map(item => item.trim())
        .filter(Boolean) ?? [];
    if (items.length > 0) {
      // Files of `--files` lie where the driver works.
      const folder = key === 'spark.files' ? workDir : join(workDir, key.slice('spark.'.length));
      const local = await Promise.all(items.map(item => fetchItem(item, objects, folder)));
      conf[key] = local.join(',');
    }
  }
  for (const item of conf['spark.archives']?.split(',') ?? []) {
    const [path, name = basename(path)] = item.split('#');
    await unpack(path, join(workDir, name));
  }
  // On a worker each of these stands in the working folder.
  delete conf['spark.archives'];
  return { program, conf, ...(await interpreter(conf, workDir)) };
}

/** Its path and, kept from before, `#name`. */
async function fetchItem(item: string, objects: IObjects, folder: string): Promise<string> {
  const [path, name] = item.split('#');
  const local = await fetchFile(path, objects, folder);
  return name === undefined ? local : `${local}#${name}`;
}

async function fetchFile(path: string, objects: IObjects, folder: string): Promise<string> {
  if (!isS3Uri(path)) {
    return ofWorker(path);
  }
  let body: Buffer;
  try {
    body = await objects.get(path);
  } catch (error) {
    throw new FetchError(explain(path, error as Error));
  }
  mkdirSync(folder, { recursive: true });
  const local = join(folder, basename(path));
  writeFileSync(local, body, { mode: 0o600 });
  return local;
}

/** A file of the worker's own disk: Spark at /usr/lib/spark, and nothing of this machine's. */
function ofWorker(path: string): string {
  const place = path.replace(/^(local|file):/, '').replace(/^\/+/, '/');
  if (!place.startsWith('/usr/lib/spark/')) {
    throw new FetchError(
      `Job failed, please check complete logs in configured logging destination. ExitCode: 1. Last few exceptions: java.io.FileNotFoundException: File ${place} does not exist`
    );
  }
  return place.replace('/usr/lib/spark', '${SPARK_HOME}');
}

function explain(uri: string, error: Error): string {
  switch (error.name) {
    case 'AccessDenied':
    case 'Forbidden':
      return `Job failed because S3 access denied. Please check S3 access permissions of the job runtime role on the required S3 resources: s3:GetObject on ${uri}.`;
    case 'NoSuchKey':
    case 'NoSuchBucket':
    case 'NotFound':
      return `Job failed, please check complete logs in configured logging destination. ExitCode: 1. Last few exceptions: ${error.name}: ${uri} does not exist.`;
    default:
      return `Job failed because ${uri} could not be read: ${error.message}`;
  }
}

async function unpack(archive: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const zip = /\.(zip|jar)$/.test(archive);
  try {
    await (zip ? run('unzip', ['-q', '-o', archive, '-d', folder]) : run('tar', ['-xf', archive, '-C', folder]));
  } catch (error) {
    throw new FetchError(
      `Job failed because the archive ${basename(archive)} could not be unpacked: ${(error as Error).message.split('\n').at(-2) ?? ''}`
    );
  }
}

/**
 * The interpreter that the job names, in its folder. One that was built for another machine (Arm64, another C library)
 * does not run here: then ours takes its place, with the packages of that environment.
 */
async function interpreter(conf: SparkConf, workDir: string): Promise<Pick<IFetched, 'env' | 'notes'>> {
  const named =
    conf['spark.emr-serverless.driverEnv.PYSPARK_PYTHON'] ??
    conf['spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON'] ??
    conf['spark.pyspark.python'];
  if (named === undefined || isAbsolute(named)) {
    return { env: {}, notes: [] };
  }
  const path = join(workDir, named);
  try {
    accessSync(path, constants.X_OK);
    await run(path, ['-c', 'pass'], { timeout: 20_000 });
    return { env: {}, notes: [] };
  } catch {
    const lib = join(path, '..', '..', 'lib');
    const packages = (existsSync(lib) ? readdirSync(lib) : [])
      .filter(name => name.startsWith('python'))
      .map(name => join(lib, name, 'site-packages'))
      .find(existsSync);
    if (packages === undefined) {
      return { env: {}, notes: [] }; // it fails as it would: there is no such program
    }
    for (const key of INTERPRETERS) {
      delete conf[key];
    }
    return {
      env: { PYTHONPATH: packages },
      notes: [
        `local account: ${named} does not run on this machine (built for another architecture or C library); its packages are used with the account's own Python instead.`
      ]
    };
  }
}

const INTERPRETERS = [
  'spark.emr-serverless.driverEnv.PYSPARK_PYTHON',
  'spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON',
  'spark.executorEnv.PYSPARK_PYTHON',
  'spark.pyspark.python',
  'spark.pyspark.driver.python'
];
