/** Which EMR Serverless application is meant, and whether notebooks can connect to it. */
import type { Application } from '@aws-sdk/client-emr-serverless';

import { EmrError, errorInfo } from '../protocol';
import type { IAwsContext } from './context';
import { getApplication, listApplications } from './emrServerless';

/** Form of an application's id: a name may look so too. */
const APPLICATION_ID = /^[0-9a-z]{16,64}$/;

/**
 * The application of an id or a name.
 *
 * @throws EmrError `ApplicationNotFound`, `AmbiguousName`
 */
export async function findApplication(
  context: IAwsContext,
  wanted: string,
  signal?: AbortSignal
): Promise<Application> {
  if (APPLICATION_ID.test(wanted)) {
    try {
      return await getApplication(context, wanted, signal);
    } catch (error) {
      if (errorInfo(error).code !== 'ApplicationNotFound') {
        throw error;
      }
    }
  }
  const all = await listApplications(context, signal);
  const byId = all.filter(({ id }) => id === wanted);
  const named = byId.length > 0 ? byId : all.filter(({ name }) => name === wanted);
  const [one, ...more] = named;
  if (one && more.length === 0) {
    return getApplication(context, one.id ?? '', signal);
  }
  if (more.length > 0) {
    throw new EmrError({
      code: 'AmbiguousName',
      hop: 'emr-serverless',
      message: `${named.length} EMR Serverless applications are called "${wanted}".`,
      fix: `Name one by its id: ${named.map(({ id, state }) => `${id ?? ''} (${state ?? ''})`).join(', ')}.`
    });
  }
  const names = [...new Set(all.flatMap(({ name }) => (name ? [name] : [])))];
  throw new EmrError({
    code: 'ApplicationNotFound',
    hop: 'emr-serverless',
    message: `There is no EMR Serverless application "${wanted.slice(0, 80)}" in this account and region.`,
    fix: names.length
      ? `There ${names.length === 1 ? 'is' : 'are'}: ${names.slice(0, 20).join(', ')}.`
      : 'There are none; name another region with --region.'
  });
}

/** Whether a release (`emr-7.9.0`) is this one or later. What has no number is taken for later. */
export function isReleaseSince(release: string, [major, minor]: readonly [number, number]): boolean {
  const match = /(\d+)\.(\d+)/.exec(release);
  return !match || Number(match[1]) > major || (Number(match[1]) === major && Number(match[2]) >= minor);
}

/** First release whose applications have Livy endpoints. */
export const LIVY_SINCE = [6, 14] as const;

/** Why notebooks cannot connect to an application, in a few words; undefined: they can. */
export function livyProblem(application: {
  type?: string;
  releaseLabel?: string;
  /** Undefined: not known. */
  livy?: boolean;
}): string | undefined {
  const { type, releaseLabel = '', livy } = application;
  if (!/^spark$/i.test(type ?? '')) {
    return `it runs ${type ?? 'something else'}, not Spark`;
  }
  if (!isReleaseSince(releaseLabel, LIVY_SINCE)) {
    return `its release is ${releaseLabel}, and Livy endpoints are there from emr-6.14.0 on`;
  }
  return livy === false ? 'its Livy endpoint is off (interactiveConfiguration.livyEndpointEnabled)' : undefined;
}

const SUFFIXES: Record<string, string> = {
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov'
};

/**
 * Address and region of an application's Livy endpoint. No API tells it: it follows from the application's ARN.
 *
 * @param template - the site's own, with `{applicationId}` and `{region}`
 */
export function livyAddress(
  application: { id: string; arn: string },
  template?: string
): { url: string; region: string } {
  const [, partition = '', , region = ''] = application.arn.split(':');
  const address =
    template ??
    `https://{applicationId}.livy.emr-serverless-services.{region}.${SUFFIXES[partition] ?? 'amazonaws.com'}`;
  return {
    url: address.replaceAll('{applicationId}', application.id).replaceAll('{region}', region),
    region
  };
}
