/** A pipeline's file, proposed from a notebook's script. */
import { stringify } from 'yaml';

import schema from '../../../jupyterlab_emr/schemas/emr-pipeline.json';
import { EmrError } from '../../protocol';
import { workerFor } from './workers';

import type { ISiteConfig } from '../../config';
import type { IArgument, IDataRef, IScript, ISize } from '../types';

/** Release of new pipelines where the site names none. */
const RELEASE = 'emr-7.9.0';
/** Executors that the caps of a new pipeline have room for. */
const EXECUTORS = 4;
/** What stands where nobody knows the bucket; the check of the file asks for it. */
const NO_BUCKET = 's3://YOUR-BUCKET/pipelines/';

/** Where a proposal's names come from. */
export interface IProposal {
  /** File name of the notebook, as it stands relative to the pipeline's file. */
  notebook: string;
  /** The same of the script. */
  script: string;
  region?: string;
  site?: ISiteConfig;
}

/** A name for a pipeline from a notebook's: `My Trial.ipynb` → `my-trial`. */
export function pipelineName(notebook: string): string {
  const stem = (notebook.split(/[\\/]/).pop() ?? '').replace(/\.ipynb$/i, '');
  const name = stem
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .toLowerCase()
    .slice(0, 51);
  return name || 'pipeline';
}

/** The text of a complete `emr-pipeline.yaml` for a script, each field explained. */
export function pipelineFrom(script: IScript, { notebook, script: scriptName, region, site = {} }: IProposal): string {
  const { pipelines = {} } = site;
  const driver = workerFor(script.driver ?? {}, { vcpu: 2, memoryGb: 8, diskGb: 20 });
  const executor = workerFor(script.executor ?? {}, { vcpu: 4, memoryGb: 16, diskGb: 20 });
  const count = Number(script.sparkConf['spark.executor.instances'] ?? EXECUTORS) || EXECUTORS;
  const caps = capsOf(driver, executor, count, pipelines.maxCaps);
  const wanted = region ?? site.region;
  const parts = [
    `# yaml-language-server: $schema=${schema.$id}`,
    field('name', pipelineName(notebook)),
    field('notebook', notebook),
    field('script', scriptName),
    ...(wanted ? [field('region', wanted)] : []),
    field('release', pipelines.release ?? RELEASE),
    field('architecture', 'ARM64'),
    field('arguments', script.arguments.map(argumentOf)),
    schedule(script, pipelines.schedule),
    field('inputs', script.reads.map(short)),
    field('outputs', script.writes.map(short)),
    field('caps', caps),
    field('driver', driver),
    field('executor', executor),
    field('packages', script.packages),
    field('sparkConf', script.sparkConf),
    field('retries', 0),
    field('timeLimitMinutes', 120),
    field('autoStopMinutes', 15),
    field('artifacts', pipelines.artifacts ?? NO_BUCKET),
    ...(pipelines.tags ? [] : [field('tags', {})])
  ];
  return parts.join('\n');
}

function capsOf(driver: ISize, executor: ISize, count: number, most: Partial<ISize> = {}): ISize {
  const sum = (name: keyof ISize) => {
    const wanted = driver[name] + count * executor[name];
    return Math.max(driver[name] + executor[name], Math.min(wanted, most[name] ?? wanted));
  };
  return { vcpu: sum('vcpu'), memoryGb: sum('memoryGb'), diskGb: sum('diskGb') };
}

/** A field with what the schema says of it. */
function field(name: keyof typeof schema.properties, value: unknown): string {
  const property = schema.properties[name] as { description?: string };
  return `${comment(property.description ?? '')}${yaml({ [name]: value })}`;
}

function comment(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 99) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines.map(line => `# ${line}\n`).join('');
}

/** The site's schedule; where it has none an example, which does nothing. */
function schedule({ arguments: list }: IScript, own?: { expression: string; timezone?: string }): string {
  if (own && typeof own.expression !== 'string') {
    throw new EmrError({
      code: 'BadConfig',
      hop: 'config',
      message: `"pipelines.schedule" of the site’s configuration (jupyterlab_emr.json) is ${JSON.stringify(own)}.`,
      fix: 'Write {"expression": "cron(0 6 * * ? *)", "timezone": "UTC"}, or take it away.'
    });
  }
  const { expression = 'cron(0 6 * * ? *)', timezone = 'UTC' } = own ?? {};
  const text = yaml({ schedule: { expression, timezone, ...scheduled(list) } });
  return own
    ? `# When it runs by itself.\n${text}`
    : `# When it runs by itself; take the signs of a comment away.\n${text.replace(/^(?=.)/gm, '# ')}`;
}

function yaml(value: object): string {
  // Sizes stand in one line.
  return stringify(value, { lineWidth: 110 }).replace(
    /^(\w+):\n {2}vcpu: (\d+)\n {2}memoryGb: (\d+)\n {2}diskGb: (\d+)$/gm,
    '$1: { vcpu: $2, memoryGb: $3, diskGb: $4 }'
  );
}

function argumentOf({ name, type, default: value, optional, description }: IArgument): IArgument {
  return {
    name,
    type,
    ...(value === undefined ? {} : { default: value }),
    ...(optional ? { optional } : {}),
    ...(description ? { description } : {})
  };
}

/** A day of a scheduled run is the day that it was due. */
function scheduled(list: readonly IArgument[]): { arguments?: Record<string, string> } {
  const day = list.find(argument => argument.type === 'date');
  return day ? { arguments: { [day.name]: '<aws.scheduler.scheduled-time>' } } : {};
}

function short(item: IDataRef): string | IDataRef {
  return item.s3 ?? item.table ?? item;
}
