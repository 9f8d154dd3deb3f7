/** What a pipeline's file may say beyond what its schema can: sizes, arguments, schedule, what belongs together. */
import { cycleOf, referencesOf, valueProblem } from './arguments';
import { isTimeZone, scheduleProblem } from './schedule';
import { FIRST_FULL_TABLE_ACCESS, isHandedOut } from '../catalogueConf';
import { isBefore } from '../release';
import { workerProblem } from './workers';

import type { ISiteConfig } from '../../config';
import type { IDataRef, IPipeline, ISize } from '../types';
import type { FieldPath } from './positions';

/** One thing that is wrong. */
export interface IFinding {
  path: FieldPath;
  /** In a sentence, with the value. */
  message: string;
  fix?: string;
}

/** The first release of EMR Serverless. Source: "Amazon EMR Serverless release versions" of its guide. */
const FIRST_RELEASE: [major: number, minor: number] = [6, 6];
/** The first release that takes custom images. Source: "Customizing an EMR Serverless image" of the same guide. */
const FIRST_IMAGE: [major: number, minor: number] = [6, 9];

/** All that is wrong with a pipeline whose form is right. */
export function findingsOf(pipeline: IPipeline, site: ISiteConfig = {}): IFinding[] {
  return [
    ...limits(pipeline, site.pipelines?.maxCaps),
    ...release(pipeline),
    ...workers(pipeline),
    ...argumentFindings(pipeline),
    ...schedule(pipeline),
    ...data('inputs', pipeline.inputs),
    ...data('outputs', pipeline.outputs),
    ...handedOut(pipeline),
    ...(pipeline.image !== undefined && isBefore(pipeline.release, ...FIRST_IMAGE)
      ? [
          {
            path: ['image'],
            message: `${pipeline.release} takes no image of one's own.`,
            fix: 'Take emr-6.9.0 or later.'
          }
        ]
      : []),
    ...(pipeline.image !== undefined && pipeline.packages.length > 0
      ? [
          {
            path: ['packages'],
            message: 'There are packages and an image.',
            fix: 'An image has its own packages: put them into it, or take "image" away.'
          }
        ]
      : [])
  ];
}

function release({ release: text }: IPipeline): IFinding[] {
  return isBefore(text, ...FIRST_RELEASE)
    ? [{ path: ['release'], message: `EMR Serverless has no ${text}.`, fix: 'Its first release is emr-6.6.0.' }]
    : [];
}

/** Data whose files Lake Formation hands out, where the release cannot take them. */
function handedOut(pipeline: IPipeline): IFinding[] {
  if (!isBefore(pipeline.release, ...FIRST_FULL_TABLE_ACCESS)) {
    return [];
  }
  const least = `emr-${FIRST_FULL_TABLE_ACCESS.join('.')}.0`;
  return (['inputs', 'outputs'] as const).flatMap(field =>
    pipeline[field].flatMap((item, index) =>
      isHandedOut(item)
        ? [
            {
              path: [field, index],
              message: `With ${pipeline.release} Lake Formation cannot hand out the files of ${item.table ?? 'tables by LF-Tags'}.`,
              fix: `Take ${least} or later${item.table ? ', or say where its files are (location).' : '.'}`
            }
          ]
        : []
    )
  );
}

function workers(pipeline: IPipeline): IFinding[] {
  const found: IFinding[] = [];
  for (const name of ['driver', 'executor'] as const) {
    const problem = workerProblem(pipeline[name]);
    if (problem) {
      const value = pipeline[name][problem.field];
      const message = `${name}.${problem.field} cannot be ${value}.`;
      found.push({ path: [name, problem.field], message, fix: problem.allowed });
    }
  }
  if (found.length > 0) {
    return found;
  }
  for (const field of ['vcpu', 'memoryGb', 'diskGb'] as const satisfies readonly (keyof ISize)[]) {
    const least = pipeline.driver[field] + pipeline.executor[field];
    if (pipeline.caps[field] < least) {
      found.push({
        path: ['caps', field],
        message: `caps.${field} is ${pipeline.caps[field]}: a driver (${pipeline.driver[field]}) and one executor (${pipeline.executor[field]}) do not fit.`,
        fix: `Make it ${least} or more, or the workers smaller.`
      });
    }
  }
  return found;
}

function limits({ caps }: IPipeline, most: Partial<ISize> = {}): IFinding[] {
  return (['vcpu', 'memoryGb', 'diskGb'] as const).flatMap(field => {
    const limit = most[field];
    return limit !== undefined && caps[field] > limit
      ? [
          {
            path: ['caps', field],
            message: `caps.${field} is ${caps[field]}; your site allows ${limit}.`,
            fix: `Make it ${limit} or less, or ask the platform team for more.`
          }
        ]
      : [];
  });
}

function argumentFindings({ arguments: list }: IPipeline): IFinding[] {
  const found: IFinding[] = [];
  const names = list.map(item => item.name);
  list.forEach(({ name, type, default: value }, index) => {
    if (names.indexOf(name) < index) {
      found.push({ path: ['arguments', index, 'name'], message: `The argument ${name} is there twice.` });
    }
    const references = value === undefined ? [] : referencesOf(value);
    const unknown = references.find(other => !names.includes(other));
    if (unknown !== undefined) {
      found.push({
        path: ['arguments', index, 'default'],
        message: `The default of ${name} refers to \${${unknown}}, which is no argument.`,
        fix: `The arguments are ${names.join(', ')}.`
      });
    }
    const wanted = value === undefined || references.length > 0 ? undefined : valueProblem(type, value);
    if (wanted) {
      found.push({
        path: ['arguments', index, 'default'],
        message: `The default of ${name} cannot be "${value?.slice(0, 80) ?? ''}".`,
        fix: `It is ${wanted}.`
      });
    }
  });
  const cycle = cycleOf(new Map(list.map(({ name, default: value = '' }) => [name, value])));
  if (cycle) {
    const index = names.indexOf(cycle[0] ?? '');
    found.push({
      path: ['arguments', index, 'default'],
      message: `The arguments ${cycle.join(' → ')} refer to each other in a circle.`,
      fix: 'Give one of them a value of its own.'
    });
  }
  return found;
}

function schedule({ schedule: plan, arguments: list }: IPipeline): IFinding[] {
  if (!plan) {
    return [];
  }
  const found: IFinding[] = [];
  const problem = scheduleProblem(plan.expression);
  if (problem) {
    const message = `The schedule's expression "${plan.expression.slice(0, 80)}" is none.`;
    found.push({ path: ['schedule', 'expression'], message, fix: problem });
  }
  if (plan.timezone !== undefined && !isTimeZone(plan.timezone)) {
    found.push({
      path: ['schedule', 'timezone'],
      message: `There is no time zone "${plan.timezone}".`,
      fix: 'It is a name such as Europe/London, or UTC.'
    });
  }
  const given = plan.arguments ?? {};
  for (const [name, value] of Object.entries(given)) {
    const argument = list.find(item => item.name === name);
    const wanted = argument && !/\$\{|<aws\.scheduler\./.test(value) ? valueProblem(argument.type, value) : undefined;
    if (!argument) {
      found.push({
        path: ['schedule', 'arguments', name],
        message: `The schedule gives a value to ${name}, which is no argument.`,
        fix: `The arguments are ${list.map(item => item.name).join(', ') || 'none'}.`
      });
    } else if (wanted) {
      const message = `The schedule's value of ${name} cannot be "${value.slice(0, 80)}".`;
      found.push({ path: ['schedule', 'arguments', name], message, fix: `It is ${wanted}.` });
    }
  }
  for (const { name, default: value, optional } of list) {
    if (value === undefined && !optional && given[name] === undefined) {
      found.push({
        path: ['schedule', 'arguments'],
        message: `The argument ${name} has no default, and the schedule gives it no value.`,
        fix: `Add ${name} to schedule.arguments, e.g. <aws.scheduler.scheduled-time>.`
      });
    }
  }
  return found;
}

function data(field: 'inputs' | 'outputs', list: readonly IDataRef[]): IFinding[] {
  return list.flatMap((item, index) => {
    const kinds = (['s3', 'table', 'lfTags'] as const).filter(kind => item[kind] !== undefined);
    const path = [field, index];
    if (kinds.length !== 1) {
      return [
        {
          path,
          message: kinds.length ? `This names ${kinds.join(' and ')} at once.` : 'This names no data.',
          fix: 'Each item has exactly one of s3, table and lfTags.'
        }
      ];
    }
    if (item.location !== undefined && item.table === undefined) {
      return [
        { path: [...path, 'location'], message: 'Only a table has a location.', fix: 'Write it as s3: instead.' }
      ];
    }
    const bare = /^s3:\/\/[^/]+\/$/.test(item.s3 ?? '');
    return bare && field === 'outputs'
      ? [
          {
            path,
            message: `${item.s3 ?? ''} is the whole bucket: the pipeline could overwrite all of it.`,
            fix: 'Name a prefix: s3://BUCKET/PREFIX/.'
          }
        ]
      : [];
  });
}
