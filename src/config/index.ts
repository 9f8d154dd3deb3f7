/**
 * The site's configuration: what an administrator fixes for every notebook on a host. One JSON file, named by
 * `JUPYTERLAB_EMR_CONFIG`, else `jupyterlab_emr.json` in a folder of `JUPYTER_CONFIG_PATH` / `jupyter --paths`.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

import { EmrError } from '../protocol';

/** Contents of `jupyterlab_emr.json`. Every key is optional. */
export interface ISiteConfig {
  /** Region where neither the user nor the environment names one. */
  region?: string;
  /** Runtime roles offered in the connect dialog. */
  runtimeRoles?: { arn: string; name?: string }[];
  /** CA bundle (PEM) for the clusters' Livy endpoints. */
  caBundle?: string;
  /**
   * Address of the Livy endpoints of EMR Serverless, where it is not AWS's own (a VPC endpoint, the local account);
   * `{applicationId}` and `{region}` stand for those.
   */
  serverlessLivyUrl?: string;
  /** Key of the provisioned product's output that holds the cluster id. Default: the first whose value is `j-…`. */
  clusterIdOutput?: string;
  /** Let the kernel terminate clusters that Service Catalog did not make. Default false. */
  allowTerminateJobFlows?: boolean;
  /** Seconds after which a session whose kernel crashed ends. Default 120. */
  heartbeatTimeoutSeconds?: number;
  /** Seconds that a session may take to start. Default 600. */
  startupTimeoutSeconds?: number;
  /** Fields of the Livy session request that every session gets, below `%%configure`. */
  sessionDefaults?: Record<string, unknown>;
  /** Files and folders with magics of the site's own (JS modules), for every notebook. */
  magicsPaths?: string[];
  /** Path of the Python that runs `%%local` and holds what `-o` brings. Default: the one that has Jupyter. */
  localPython?: string;
  /** What every pipeline on EMR Serverless goes by, and what its file may leave out. */
  pipelines?: IPipelineSite;
  /** What becomes of a cell's progress at its end: `keep` leaves one line. Default `remove`. */
  progressAtEnd?: 'keep' | 'remove';
  /** Megabytes of data, uncompressed, that one `-o` or `%%send_to_spark` may move. Default 1024. */
  transferLimitMegabytes?: number;
}

/** Prices of an hour in one currency. */
export interface IServerlessPrices {
  /** ISO 8601 day on which they were looked up. */
  date: string;
  /** Default `USD`. */
  currency?: string;
  ARM64?: IHourlyPrices;
  X86_64?: IHourlyPrices;
}

/** Price of one for an hour. */
export interface IHourlyPrices {
  vcpu: number;
  memoryGb: number;
  storageGb: number;
}

/** The site's word on pipelines. */
export interface IPipelineSite {
  /** `s3://BUCKET/PREFIX/` where scripts, packages and logs go. */
  artifacts?: string;
  /** Release of new pipelines, `emr-X.Y.Z`. */
  release?: string;
  /** ARN of the managed policy that bounds every role that is made. */
  permissionsBoundary?: string;
  /** Schedule of new pipelines; without it a new pipeline has none until somebody writes one. */
  schedule?: { expression: string; timezone?: string };
  /** Most that one pipeline may have as its caps. */
  maxCaps?: { vcpu?: number; memoryGb?: number; diskGb?: number };
  /** Tags of all that is made. */
  tags?: Record<string, string>;
  /** Python (`3.11`) of the applications' image, where it is not the EMR release's own. */
  python?: string;
  /** What EMR Serverless costs here, instead of the list prices that we know. */
  prices?: IServerlessPrices;
}

/** Every place where the file is looked for, most specific first. */
export function configPaths(env: NodeJS.ProcessEnv = process.env): string[] {
  const named = env['JUPYTERLAB_EMR_CONFIG'];
  if (named) {
    return [named];
  }
  const folders = [
    env['JUPYTER_CONFIG_DIR'] ?? join(homedir(), '.jupyter'),
    ...(env['JUPYTER_CONFIG_PATH'] ?? '').split(delimiter),
    ...(env['JUPYTERLAB_EMR_PREFIX'] ? [join(env['JUPYTERLAB_EMR_PREFIX'], 'etc', 'jupyter')] : []),
    '/usr/local/etc/jupyter',
    '/etc/jupyter'
  ];
  return folders.filter(Boolean).map(folder => join(folder, 'jupyterlab_emr.json'));
}

/**
 * The site's configuration, `{}` where there is none.
 *
 * @throws EmrError `BadConfig` naming the file where it is there but is not a JSON object.
 */
export function readSiteConfig(env: NodeJS.ProcessEnv = process.env): ISiteConfig {
  for (const path of configPaths(env)) {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !env['JUPYTERLAB_EMR_CONFIG']) {
        continue;
      }
      throw badConfig(path, error);
    }
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw new Error('it is not a JSON object');
      }
      return value;
    } catch (error) {
      throw badConfig(path, error);
    }
  }
  return {};
}

function badConfig(path: string, error: unknown): EmrError {
  return new EmrError(
    {
      code: 'BadConfig',
      hop: 'config',
      message: `The configuration file ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
      fix: 'Mend the file, or unset JUPYTERLAB_EMR_CONFIG where it names the wrong one.'
    },
    { cause: error }
  );
}
