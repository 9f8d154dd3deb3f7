/** `emr-pipeline.yaml` → {@link IPipeline}, or all that is wrong with it, each with its place in the file. */
import Ajv2020 from 'ajv/dist/2020';
import { LineCounter, parseDocument } from 'yaml';

import schema from '../../../jupyterlab_emr/schemas/emr-pipeline.json';
import { nearest } from '../../cells';
import { EmrError } from '../../protocol';
import { findingsOf } from './check';
import { pathText, positionOf } from './positions';
import { schemaFinding } from './words';

import type { ErrorObject, ValidateFunction } from 'ajv';
import type { Document } from 'yaml';
import type { ISiteConfig } from '../../config';
import type { IDataRef, IPipeline } from '../types';
import type { IFinding } from './check';
import type { FieldPath } from './positions';

/** Address of the published schema; editors that know it help while one types. */
export const SCHEMA_ID = schema.$id;
/** The published schema itself. */
export const PIPELINE_SCHEMA: Readonly<Record<string, unknown>> = schema;

/** One thing that is wrong with a file. Line and column from 1. */
export interface IProblem {
  line: number;
  column: number;
  /** `caps.vcpu`. */
  field: string;
  message: string;
  fix?: string;
}

/** A file read: the pipeline, or its problems; the document keeps comments for a rewrite. */
export interface IParsed {
  pipeline?: IPipeline;
  problems: IProblem[];
  document: Document;
}

let validate: ValidateFunction | undefined;

/** The schema's own opinion, the most telling error of each place. */
function schemaErrors(value: unknown): ErrorObject[] {
  validate ??= new Ajv2020({ allErrors: true, strict: false, verbose: true }).compile(schema);
  return validate(value) ? [] : (validate.errors ?? []);
}

/**
 * Read a pipeline's file.
 *
 * @param site - gives defaults for what the file does not say
 */
export function parsePipeline(text: string, site: ISiteConfig = {}): IParsed {
  const counter = new LineCounter();
  const document: Document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ code, message, pos }) => {
      const { line, col } = counter.linePos(pos[0]);
      return code === 'DUPLICATE_KEY'
        ? { line, column: col, field: '', message: 'This field is there twice.', fix: 'Take one of them away.' }
        : {
            line,
            column: col,
            field: '',
            message: `This is not YAML: ${message.split('\n')[0]?.replace(/\.$/, '') ?? ''}.`,
            fix: 'Look at the indentation, and put texts with ":" or "#" into quotes.'
          };
    });
    return { problems, document };
  }
  const given: unknown = document.toJS();
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const message = 'The file holds no fields.';
    return { problems: [{ line: 1, column: 1, field: '', message, fix: 'It begins with name: NAME.' }], document };
  }
  const value = withSite(given as Record<string, unknown>, site);
  const found = new Map<string, IFinding & { ofKey?: boolean }>();
  for (const error of schemaErrors(value)) {
    const finding = schemaFinding(error, schema, nearest);
    const missing: unknown = error.keyword === 'required' ? error.params['missingProperty'] : '';
    const key = `${pathText(finding.path)} ${String(missing)}`;
    if (!found.has(key)) {
      found.set(key, finding);
    }
  }
  // A field that is misspelt is not missing too.
  for (const { fix } of [...found.values()]) {
    const meant = /^Did you mean "(.*)"\?$/.exec(fix ?? '')?.[1];
    found.delete(` ${meant ?? ''}`);
  }
  let pipeline: IPipeline | undefined;
  if (found.size === 0) {
    pipeline = filled(value);
    for (const finding of findingsOf(pipeline, site)) {
      found.set(`${pathText(finding.path)} ${finding.message}`, finding);
    }
  }
  const problems = [...found.values()]
    .map(({ path, message, fix, ofKey }) => ({
      ...positionOf(document, counter, path, ofKey),
      field: pathText(path),
      message,
      ...(fix ? { fix } : {})
    }))
    .sort((one, other) => one.line - other.line || one.column - other.column);
  return { problems, document, ...(problems.length === 0 && pipeline ? { pipeline } : {}) };
}

/**
 * As {@link parsePipeline}, for those that need the pipeline.
 *
 * @param name - of the file, for the message
 * @throws EmrError `BadPipeline` with the line and column of each problem
 */
export function readPipeline(text: string, name: string, site: ISiteConfig = {}): IPipeline {
  const { pipeline, problems } = parsePipeline(text, site);
  if (pipeline) {
    return pipeline;
  }
  throw pipelineError(name, problems);
}

/** All problems of a file as one error; of many the first eight. */
export function pipelineError(name: string, problems: readonly IProblem[]): EmrError {
  const shown = problems.slice(0, 8).map(({ line, column, message, fix }, index) => {
    const hint = problems.length > 1 && index < 8 && fix ? ` ${fix}` : '';
    return `${name}, line ${line}, column ${column}: ${message}${hint}`;
  });
  const more = problems.length > shown.length ? [`And ${problems.length - shown.length} more.`] : [];
  const fix = problems.length === 1 ? problems[0]?.fix : undefined;
  return new EmrError({
    code: 'BadPipeline',
    hop: 'config',
    message: [...shown, ...more].join('\n'),
    ...(fix ? { fix } : {})
  });
}

/** What the site says where the file says nothing. */
function withSite(given: Record<string, unknown>, { pipelines = {} }: ISiteConfig): Record<string, unknown> {
  const { artifacts, release, tags } = pipelines;
  return {
    ...(release === undefined ? {} : { release }),
    ...(artifacts === undefined ? {} : { artifacts }),
    ...given,
    ...(tags ? { tags: { ...tags, ...(given['tags'] as Record<string, string> | undefined) } } : {})
  };
}

/** Defaults of the schema put in; numbers and truth values of arguments as the texts that a command line has. */
function filled(value: Record<string, unknown>): IPipeline {
  const defaults = Object.fromEntries(
    Object.entries(schema.properties).flatMap(([name, property]) =>
      'default' in property ? [[name, structuredClone(property.default) as unknown]] : []
    )
  );
  const raw = { ...defaults, ...value } as unknown as IPipeline & { inputs: (string | IDataRef)[] };
  const logs = { ...raw.logs, s3: withSlash(raw.logs.s3 ?? `${raw.artifacts}${raw.name}/logs/`) };
  return {
    ...raw,
    arguments: raw.arguments.map(argument =>
      argument.default === undefined ? argument : { ...argument, default: String(argument.default) }
    ),
    ...(raw.schedule
      ? {
          schedule: {
            ...raw.schedule,
            ...(raw.schedule.arguments ? { arguments: texts(raw.schedule.arguments) } : {})
          }
        }
      : {}),
    inputs: raw.inputs.map(dataRef),
    outputs: raw.outputs.map(dataRef),
    sparkConf: texts(raw.sparkConf),
    logs
  };
}

function dataRef(item: string | IDataRef): IDataRef {
  return typeof item !== 'string' ? item : item.startsWith('s3://') ? { s3: item } : { table: item };
}

function texts(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}

export type { FieldPath };
