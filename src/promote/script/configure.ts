/** Settings of the notebook's session → sizes and Spark properties of the pipeline. */
import { parseSettings } from '../../cells/configureText';
import { SESSION_FIELDS, fieldProblem } from '../../livy';
import { nearest } from '../../cells';
import { workerFor } from '../file';
import { NotPromotable } from './notebook';
import { findSecret } from './secrets';

import type { ISize } from '../types';

/** What the layers of settings come to. */
export interface ISparkSettings {
  driver?: ISize;
  executor?: ISize;
  sparkConf: Record<string, string>;
  /** What EMR Serverless has no use for: the field, and why. */
  dropped: { field: string; reason: string }[];
}

/** Workers of EMR Serverless where the notebook does not say. */
const DRIVER: ISize = { vcpu: 2, memoryGb: 8, diskGb: 20 };
const EXECUTOR: ISize = { vcpu: 4, memoryGb: 16, diskGb: 20 };

/** Properties of a cluster that a job on EMR Serverless cannot set, or that say what the file says. */
const NOT_HERE: readonly [RegExp, string][] = [
  [/^spark\.(yarn|livy)\./, 'EMR Serverless has no YARN and no Livy session.'],
  [
    /^spark\.(master|submit\.deployMode|driver\.host|driver\.port|driver\.bindAddress|ui\.port)$/,
    'EMR Serverless sets this itself.'
  ],
  [/^spark\.pyspark\.(python|driver\.python|virtualenv\..*)$/, 'The packages of the pipeline decide on its Python.']
];

/** Fields of a session request that mean nothing to a job. */
const SESSION_ONLY: Readonly<Record<string, string>> = {
  queue: 'EMR Serverless has no queues.',
  proxyUser: 'A job runs as the role of the pipeline.',
  name: 'A run has the name of the pipeline.',
  heartbeatTimeoutInSecond: 'A job has no session.',
  ttl: 'The time limit of the pipeline stands for it.',
  idleTimeout: 'A job is never idle.',
  kind: 'A script is Python.'
};

/** The JSON of a `%%configure` cell, checked. @throws EmrError `NotPromotable` with the cell */
export function configureOf(cell: number, text: string): Record<string, unknown> {
  const secret = findSecret(text);
  if (secret) {
    throw new NotPromotable(cell, secret.line + 1, `%%configure holds ${secret.what}.`, SECRET_FIX);
  }
  let value: unknown;
  try {
    value = parseSettings(text);
  } catch (error) {
    throw new NotPromotable(cell, undefined, error instanceof Error ? error.message : String(error), 'Mend the JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NotPromotable(cell, undefined, '%%configure takes one JSON object.', 'e.g. {"executorMemory": "4g"}');
  }
  for (const [field, item] of Object.entries(value)) {
    const problem = field === 'kind' || field === 'name' ? undefined : fieldProblem(field, item);
    if (problem) {
      const near = nearest(field, Object.keys(SESSION_FIELDS));
      const fix = near && near !== field ? `Did you mean "${near}"?` : 'Mend the cell.';
      throw new NotPromotable(cell, undefined, `%%configure: "${field}" ${problem}.`, fix);
    }
  }
  return value as Record<string, unknown>;
}

/** What to do about a credential in a notebook. */
export const SECRET_FIX =
  'Take it out of the notebook and change it: read it from AWS Secrets Manager, or let the pipeline’s role allow the access. A line that only looks so may end in "# pragma: allowlist secret".';

/**
 * Lay layers of session settings over each other, later ones win, and say what a job has of them.
 *
 * @param layers - site, notebook, last `%%configure`
 */
export function sparkSettings(layers: readonly Record<string, unknown>[]): ISparkSettings {
  const conf: Record<string, string> = {};
  const fields: Record<string, unknown> = {};
  for (const { conf: own, ...others } of layers) {
    Object.assign(fields, others);
    if (typeof own === 'object' && own !== null) {
      Object.assign(conf, Object.fromEntries(Object.entries(own).map(([name, value]) => [name, String(value)])));
    }
  }
  const dropped: ISparkSettings['dropped'] = [];
  const taken = (name: string, property: string): string | undefined => {
    const value = (fields[name] as string | number | null | undefined) ?? conf[property];
    delete conf[property];
    return value === undefined || value === null ? undefined : String(value);
  };
  const driver = worker(
    taken('driverCores', 'spark.driver.cores'),
    taken('driverMemory', 'spark.driver.memory'),
    DRIVER
  );
  const executor = worker(
    taken('executorCores', 'spark.executor.cores'),
    taken('executorMemory', 'spark.executor.memory'),
    EXECUTOR
  );
  const properties: readonly [string, string][] = [
    ['numExecutors', 'spark.executor.instances'],
    ['jars', 'spark.jars'],
    ['pyFiles', 'spark.submit.pyFiles'],
    ['files', 'spark.files'],
    ['archives', 'spark.archives']
  ];
  for (const [name, property] of properties) {
    const value = fields[name] as string | number | string[] | null | undefined;
    if (value !== undefined && value !== null) {
      conf[property] = Array.isArray(value) ? value.join(',') : String(value);
    }
  }
  for (const name of Object.keys(fields)) {
    const reason = SESSION_ONLY[name];
    if (reason) {
      dropped.push({ field: name, reason });
    }
  }
  for (const name of Object.keys(conf)) {
    const reason = NOT_HERE.find(([pattern]) => pattern.test(name))?.[1];
    if (reason) {
      delete conf[name];
      dropped.push({ field: `conf.${name}`, reason });
    }
  }
  return { ...(driver ? { driver } : {}), ...(executor ? { executor } : {}), sparkConf: conf, dropped };
}

/** The worker that has room for a process of that size: Spark adds a tenth of the memory, at least 384 MB, as overhead. */
function worker(cores: string | undefined, memory: string | undefined, otherwise: ISize): ISize | undefined {
  const megabytes = memory === undefined ? undefined : megabytesOf(memory);
  if (cores === undefined && megabytes === undefined) {
    return undefined;
  }
  const needed = megabytes === undefined ? undefined : Math.ceil((megabytes + Math.max(384, megabytes / 10)) / 1024);
  return workerFor(
    { ...(cores === undefined ? {} : { vcpu: Number(cores) }), ...(needed === undefined ? {} : { memoryGb: needed }) },
    otherwise
  );
}

/** `4g`, `512m`, `1t`, `2048` (megabytes) as megabytes. */
function megabytesOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)b?$/i.exec(text.trim());
  const factor = { k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 }[(match?.[2] ?? '').toLowerCase()] ?? 1;
  return match ? Number(match[1]) * factor : undefined;
}
