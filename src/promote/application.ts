/** The application of one pipeline: found by its name and our tag, made, changed, taken away. */
import type { Application, CreateApplicationCommandInput, IAwsContext } from '../aws';
import {
  createApplication,
  deleteApplication,
  getApplication,
  listApplications,
  pause,
  stopApplication,
  tagServerless,
  updateApplication
} from '../aws';
import { EmrError } from '../protocol';
import { canonical, same } from './diff';
import { PIPELINE_TAG, ourTags } from './names';
import { queueOf, unknownRelease } from './release';
import type { IPipeline } from './types';

/** States in which the service takes changes and deletion. */
const AT_REST = new Set(['CREATED', 'STOPPED']);

/** What an application is made with, as far as it can be changed later. */
export type ApplicationShape = Pick<
  CreateApplicationCommandInput,
  | 'releaseLabel'
  | 'architecture'
  | 'maximumCapacity'
  | 'autoStartConfiguration'
  | 'autoStopConfiguration'
  | 'interactiveConfiguration'
  | 'imageConfiguration'
  | 'schedulerConfiguration'
>;

/** As the pipeline's file wants it. */
export function applicationShape(pipeline: IPipeline): ApplicationShape {
  const { caps } = pipeline;
  const queue = queueOf(pipeline.release);
  return {
    releaseLabel: pipeline.release,
    architecture: pipeline.architecture,
    maximumCapacity: { cpu: `${caps.vcpu} vCPU`, memory: `${caps.memoryGb} GB`, disk: `${caps.diskGb} GB` },
    autoStartConfiguration: { enabled: true },
    autoStopConfiguration: { enabled: true, idleTimeoutMinutes: pipeline.autoStopMinutes },
    // A pipeline's application runs its jobs: nobody works on it by hand, with its role.
    interactiveConfiguration: { studioEnabled: false, livyEndpointEnabled: false },
    ...(queue ? { schedulerConfiguration: queue } : {}),
    ...(pipeline.image ? { imageConfiguration: { imageUri: pipeline.image } } : {})
  };
}

/** `16 vCPU`, `16vCPU` and `16` are the same. */
function plain(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  }
  return typeof value === 'string'
    ? value
        .replace(/\s+/g, '')
        .toLowerCase()
        .replace(/(vcpu|gb)$/, '')
    : value;
}

/** Names of what differs, in words: `maximumCapacity.cpu 8 vCPU → 16 vCPU`. */
export function applicationChanges(wanted: ApplicationShape, there: Application): string[] {
  const changes: string[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    const has = there[key as keyof Application];
    if (typeof value !== 'object' || value === null) {
      if (!same(plain(value), plain(has))) {
        changes.push(`${key} ${canonical(has ?? 'unset')} → ${canonical(value)}`.replaceAll('"', ''));
      }
      continue;
    }
    const old = (has ?? {}) as Record<string, unknown>;
    for (const [member, next] of Object.entries(value as Record<string, unknown>)) {
      // What is off where it was never said is not a change.
      if (next === false ? old[member] === true : !same(plain(next), plain(old[member]))) {
        changes.push(
          `${key}.${member} ${old[member] === undefined ? 'unset' : canonical(old[member])} → ${canonical(next)}`.replaceAll(
            '"',
            ''
          )
        );
      }
    }
  }
  const image = there.imageConfiguration?.imageUri;
  if (image && !wanted.imageConfiguration) {
    changes.push(`imageConfiguration.imageUri ${image} → unset`);
  }
  return changes;
}

/** The shape that an application has, to give it back. @param like - names the members */
export function shapeThere(there: Application, like: ApplicationShape): ApplicationShape {
  const members = Object.fromEntries(Object.keys(like).map(key => [key, there[key as keyof Application]]));
  const { imageUri } = there.imageConfiguration ?? {};
  return { ...(members as unknown as ApplicationShape), imageConfiguration: imageUri ? { imageUri } : undefined };
}

/**
 * The pipeline's application; undefined where there is none. Of several, which two deployments at once may leave, the
 * oldest: everybody takes the same.
 *
 * @throws EmrError `NameTaken` where one of this name is not ours: pipelines never share an application
 */
export async function findApplication(
  aws: IAwsContext,
  name: string,
  signal?: AbortSignal
): Promise<Application | undefined> {
  const named = (await listApplications(aws, signal)).filter(one => one.name === name);
  const all = await Promise.all(named.map(({ id = '' }) => getApplication(aws, id, signal)));
  const own = all
    .filter(({ tags }) => tags?.[PIPELINE_TAG] === name)
    .sort(
      (a, b) =>
        (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0) ||
        (a.applicationId ?? '').localeCompare(b.applicationId ?? '')
    );
  const [foreign] = all;
  if (own.length === 0 && foreign) {
    const owner = foreign.tags?.[PIPELINE_TAG];
    throw new EmrError({
      code: 'NameTaken',
      hop: 'emr-serverless',
      message: `There is an EMR Serverless application "${name}" (${foreign.applicationId ?? ''}) already, which ${owner ? `belongs to the pipeline ${owner}` : 'this extension did not make'}.`,
      fix: 'Give the pipeline another name: pipelines never share an application.'
    });
  }
  return own[0];
}

/**
 * Make it.
 *
 * @param token - the same never makes a second one
 * @throws EmrError where AWS refuses it; of a release that is not known here the fix says so
 */
export async function makeApplication(
  aws: IAwsContext,
  pipeline: IPipeline,
  token: string
): Promise<{ applicationId: string; arn: string }> {
  try {
    return await createApplication(aws, {
      name: pipeline.name,
      type: 'SPARK',
      clientToken: token,
      tags: ourTags(pipeline),
      ...applicationShape(pipeline)
    });
  } catch (error) {
    const unknown = unknownRelease(pipeline.release);
    if (!unknown || !(error instanceof EmrError) || !error.code.includes('Validation')) {
      throw error;
    }
    const { code, hop, message, detail } = error;
    throw new EmrError({
      code,
      hop,
      message,
      fix: `Look at "release": ${unknown}`,
      ...(detail ? { detail } : {})
    });
  }
}

/** Wait until the service takes changes; stops it where it runs. @throws EmrError `ApplicationBusy` where jobs run on it */
async function rest(aws: IAwsContext, applicationId: string, pollMs: number, signal?: AbortSignal): Promise<void> {
  let asked = false;
  for (;;) {
    const { state, stateDetails } = await getApplication(aws, applicationId, signal);
    if (AT_REST.has(state ?? '')) {
      return;
    }
    if (state === 'TERMINATED') {
      throw new EmrError({
        code: 'ApplicationEnded',
        hop: 'emr-serverless',
        message: `The application ${applicationId} is gone${stateDetails ? `: ${stateDetails}` : '.'}`,
        fix: 'Deploy the pipeline again.'
      });
    }
    if (state === 'STARTED' && !asked) {
      asked = true;
      await stopApplication(aws, applicationId, signal).catch((error: unknown) => {
        if (error instanceof EmrError && /ConflictException|ValidationException/.test(error.code)) {
          throw new EmrError({
            code: 'ApplicationBusy',
            hop: 'emr-serverless',
            message: `The application ${applicationId} cannot be changed while runs are under way.`,
            fix: 'Wait for their end, or cancel them; then go on by asking again.',
            ...(error.detail ? { detail: error.detail } : {})
          });
        }
        throw error;
      });
    }
    await pause(pollMs, signal);
  }
}

/** Change what differs. */
export async function changeApplication(
  aws: IAwsContext,
  applicationId: string,
  shape: ApplicationShape,
  token: string,
  pollMs: number,
  signal?: AbortSignal
): Promise<void> {
  await rest(aws, applicationId, pollMs, signal);
  // An empty image takes away the one that is there, as the API has it.
  const { imageConfiguration = {}, ...more } = shape;
  await updateApplication(aws, { applicationId, clientToken: token, imageConfiguration, ...more }, signal);
}

/** Set our tags where they differ. @returns names of those that were set */
export async function retagApplication(
  aws: IAwsContext,
  application: Application,
  tags: Record<string, string>,
  signal?: AbortSignal
): Promise<string[]> {
  const set = Object.entries(tags).filter(([key, value]) => application.tags?.[key] !== value);
  if (set.length > 0) {
    await tagServerless(aws, application.arn ?? '', Object.fromEntries(set), [], signal);
  }
  return set.map(([key]) => key);
}

/** Stop and delete it. */
export async function removeApplication(
  aws: IAwsContext,
  applicationId: string,
  pollMs: number,
  signal?: AbortSignal
): Promise<void> {
  try {
    await rest(aws, applicationId, pollMs, signal);
  } catch (error) {
    if (error instanceof EmrError && /^Application(Ended|NotFound)$/.test(error.code)) {
      return;
    }
    throw error;
  }
  await deleteApplication(aws, applicationId, signal);
}
