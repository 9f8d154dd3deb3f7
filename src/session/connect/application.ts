import { isReleaseSince, livyAddress, livyProblem } from '../../aws';
import { SigV4Signer, wait } from '../../livy';
import { EmrError, errorInfo } from '../../protocol';

import type { IHttpOptions } from '../../livy';
import type { IEndpoint, IEndpointOptions } from './endpoint';
import type { IApplicationInfo, IServerlessPort } from './serverlessPort';
import type { IBindRequest } from '../types';

/** Spark property that names the role that a session runs as. */
export const ROLE_CONF = 'emr-serverless.session.executionRoleArn';
/** First release whose sessions take a `ttl`. */
const TTL_SINCE = [7, 8] as const;
/** An application that starts is looked at so often in its first minute; then less. */
const LOOK_MS = 1000;
const LATER_MS = 3000;
const SOON_MS = 60_000;

/**
 * The Livy of an EMR Serverless application, started where it is not: by id or name, with every request signed.
 *
 * @throws EmrError `ApplicationNotFound`, `AmbiguousName`, `NoLivyEndpoint`, `ApplicationNotStarted`, …
 */
export async function applicationEndpoint(
  request: IBindRequest,
  wanted: string,
  options: IEndpointOptions,
  common: Omit<IHttpOptions, 'url'>
): Promise<IEndpoint> {
  const port = portOf(options);
  const { signal } = options;
  const application = await port.find(wanted, signal);
  checkUsable(application);
  const { id, arn, release } = application;
  const role = roleOf(request, options, application);
  const { url, region } = livyAddress(application, options.serverlessLivyUrl);
  const keys = port.keys(options.onRenewed ?? (() => undefined));
  // Whoever may not sign at all need not wait for the start.
  await keys.get();
  await untilStarted(port, application, options);
  return {
    clusterName: application.name ?? id,
    applicationId: id,
    region,
    runtimeRole: role,
    sessionConf: { [ROLE_CONF]: role },
    http: {
      url,
      ...common,
      sign: new SigV4Signer({ region, service: 'emr-serverless', keys, resource: arn, role }),
      narrow: true,
      version: isReleaseSince(release, TTL_SINCE) ? '0.8' : '0.7'
    },
    gone: async () => {
      try {
        const now = await port.describe(id);
        return isDown(now.state) ? downError(now) : undefined;
      } catch (error) {
        if (errorInfo(error).code === 'ApplicationNotFound') {
          return downError({ ...application, state: 'TERMINATED' });
        }
        throw error;
      }
    }
  };
}

function portOf({ emr }: IEndpointOptions): IServerlessPort {
  if (!emr.serverless) {
    throw new Error('No EMR Serverless here.');
  }
  return emr.serverless;
}

/** @throws EmrError where no session can ever be made on it */
function checkUsable(application: IApplicationInfo): void {
  if (application.state === 'TERMINATED') {
    throw downError(application);
  }
  const { type, release: releaseLabel, livy } = application;
  const problem = livyProblem({ type, releaseLabel, livy });
  if (problem) {
    throw new EmrError({
      code: 'NoLivyEndpoint',
      hop: 'emr-serverless',
      message: `Notebooks cannot connect to application ${labelOf(application)}: ${problem}.`,
      fix: `Take another (%emr applications lists them)${livy ? '' : ', or ask its owner to turn the Livy endpoint on while it is stopped'}.`
    });
  }
}

/** The role that sessions run as: asked for, in the session's settings, or the site's only one. */
function roleOf(request: IBindRequest, options: IEndpointOptions, application: IApplicationInfo): string {
  const roles = options.runtimeRoles ?? [];
  const role = request.runtimeRole ?? options.configuredRole ?? (roles.length === 1 ? roles[0]?.arn : undefined);
  if (role === undefined) {
    throw new EmrError({
      code: 'RuntimeRoleNeeded',
      hop: 'config',
      message: `Sessions on application ${labelOf(application)} need a role to run as.`,
      fix: `Add --execution-role ARN.${roles.length ? ` This site names ${roles.map(({ arn }) => arn).join(', ')}.` : ''}`
    });
  }
  return role;
}

/** Start it where it is not started, and wait. A start takes seconds to a few minutes: each look is told. */
async function untilStarted(
  port: IServerlessPort,
  first: IApplicationInfo,
  { signal, tell, mayStart, startLimitMs = 600_000, lookMs = LOOK_MS }: IEndpointOptions
): Promise<void> {
  const began = performance.now();
  let application = first;
  let asked = false;
  for (;;) {
    const { id, state } = application;
    if (state === 'STARTED') {
      return;
    }
    if (state === 'TERMINATED' || (mayStart === false && isDown(state))) {
      throw downError(application);
    }
    if (state === 'CREATED' || state === 'STOPPED') {
      if (asked) {
        throw notStarted(application, `it went back to ${state}`);
      }
      tell?.(`Starting application ${labelOf(application)}`);
      await port.start(id, signal).catch(async (error: unknown) => {
        // Somebody else, or a job, may have started it in between.
        application = await port.describe(id, signal);
        if (!['STARTING', 'STARTED'].includes(application.state)) {
          throw error;
        }
      });
      asked = true;
    }
    const elapsed = performance.now() - began;
    if (elapsed > startLimitMs) {
      throw notStarted(application, `it was still ${state} after ${Math.round(startLimitMs / 1000)} s`);
    }
    await wait(elapsed < SOON_MS ? lookMs : Math.max(lookMs, LATER_MS), signal);
    application = await port.describe(id, signal).catch((error: unknown) => {
      // Asked often, it asks to slow down: the next look may get through.
      if (signal?.aborted || !/throttl|toomany|unreachable|internal|unavailable/i.test(errorInfo(error).code)) {
        throw error;
      }
      return application;
    });
    // What it was before the start was asked for may be shown a moment longer.
    if (asked && isDown(application.state) && performance.now() - began < 5 * lookMs) {
      application = { ...application, state: 'STARTING' };
    }
    tell?.(
      `Application ${labelOf(application)} is ${application.state} (${Math.round((performance.now() - began) / 1000)} s)` +
        (application.details ? `: ${application.details}` : '')
    );
  }
}

function notStarted(application: IApplicationInfo, why: string): EmrError {
  return new EmrError({
    code: 'ApplicationNotStarted',
    hop: 'emr-serverless',
    message: `Application ${labelOf(application)} did not start: ${why}${application.details ? ` (${application.details})` : ''}.`,
    fix: 'Its initial capacity, network configuration and the account’s vCPU quota are the usual causes; connect again to try anew.'
  });
}

function isDown(state: string): boolean {
  return ['CREATED', 'STOPPING', 'STOPPED', 'TERMINATED'].includes(state);
}

/** Why there can be no session on it any more. */
function downError(
  application: Pick<IApplicationInfo, 'id' | 'name' | 'state' | 'details' | 'autoStopMinutes'>
): EmrError {
  const { state, details, autoStopMinutes } = application;
  const label = labelOf(application);
  if (state === 'TERMINATED') {
    return new EmrError({
      code: 'ApplicationDeleted',
      hop: 'emr-serverless',
      message: `EMR Serverless application ${label} was deleted.`,
      fix: 'Connect to another: %emr applications lists them.',
      detail: `Who asked for it: the event DeleteApplication for ${application.id} in CloudTrail.`
    });
  }
  const why = details
    ? `: ${details.replace(/\.$/, '')}`
    : autoStopMinutes === undefined
      ? ': somebody stopped it'
      : `: it stops by itself after ${autoStopMinutes} idle minutes, or somebody stopped it`;
  return new EmrError({
    code: 'ApplicationStopped',
    hop: 'emr-serverless',
    message: `EMR Serverless application ${label} is ${state}${why}.`,
    fix: 'Connect again (%emr connect, or the toolbar’s EMR button): that starts it; variables of the old session are gone.'
  });
}

/** `name (00f…)`. */
function labelOf({ id, name }: { id: string; name?: string }): string {
  return name ? `${name} (${id})` : id;
}
