/** From an EMR Serverless application's id or name to the address of its Livy and the keys for it. */
import type { Application, IAwsContext } from '../../aws';
import { AwsKeys, callerIdentity, findApplication, livyAddress, livyProblem, principalArn, simulate } from '../../aws';
import type { ISiteConfig } from '../../config';
import { SigV4Signer } from '../../livy';
import { SERVERLESS } from '../../promote/policy/trust';
import { errorInfo } from '../../protocol';
import type { IDoctorTarget } from './index';
import type { ILivyPlace } from './livy';
import type { Report } from './report';
import { failure } from './report';

/**
 * Permission → application → role → keys.
 *
 * @returns where its Livy is, and what signs requests
 * @throws Stopped at the first hop that fails
 */
export async function applicationChain(
  report: Report,
  aws: IAwsContext,
  site: ISiteConfig,
  target: IDoctorTarget & { applicationId: string }
): Promise<Omit<ILivyPlace, 'caFile' | 'verify' | 'timeoutMs'>> {
  const application = await look(report, aws, target.applicationId);
  const { applicationId: id = '', arn = '' } = application;
  await report.hop(
    'application',
    `Looking at the state of ${id}`,
    () => usable(application),
    () => `Application ${label(application)} is ${application.state ?? 'UNKNOWN'}, ${application.releaseLabel ?? ''}.`
  );
  const role = await roleHop(report, aws, site, target);
  const keys = new AwsKeys(aws);
  await report.hop(
    'keys',
    'Getting the keys that requests are signed with',
    () => keys.get(),
    ({ expiration }) =>
      `Requests are signed with this host’s keys${expiration ? `, good until ${expiration.toISOString()}` : ''}.`
  );
  const { url, region } = livyAddress({ id, arn }, site.serverlessLivyUrl);
  const { hostname, port, protocol, pathname } = new URL(url);
  const tls = protocol === 'https:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (tls ? 443 : 80),
    path: pathname.replace(/\/$/, ''),
    tls,
    sign: new SigV4Signer({ region, service: 'emr-serverless', keys, resource: arn, ...(role ? { role } : {}) }),
    ...(application.state === 'STARTED'
      ? {}
      : {
          asleep: `Whether Livy admits the signature is not looked at: the application is ${application.state ?? 'UNKNOWN'}. Connecting starts it (emr-serverless:StartApplication).`
        })
  };
}

/** That it is not there is no matter of permission. */
async function look(report: Report, aws: IAwsContext, wanted: string): Promise<Application> {
  let absent: Error | undefined;
  const found = await report.hop(
    'permission:emr-serverless:GetApplication',
    `Reading ${wanted}`,
    () =>
      findApplication(aws, wanted, report.signal).catch((error: unknown) => {
        if (!['ApplicationNotFound', 'AmbiguousName'].includes(errorInfo(error).code)) {
          throw error;
        }
        absent = error as Error;
        return undefined;
      }),
    () => 'emr-serverless:GetApplication is allowed.'
  );
  return (
    found ??
    report.hop(
      'application',
      `Looking for ${wanted}`,
      () => Promise.reject(absent ?? new Error('not found')),
      () => ''
    )
  );
}

function usable(application: Application): Promise<void> {
  const problem = livyProblem({
    type: application.type,
    releaseLabel: application.releaseLabel,
    livy: application.interactiveConfiguration?.livyEndpointEnabled === true
  });
  return problem === undefined
    ? Promise.resolve()
    : Promise.reject(
        failure(
          'NoLivyEndpoint',
          'emr-serverless',
          `Notebooks cannot connect to application ${label(application)}: ${problem}.`,
          'Take another (%emr applications), or ask its owner to turn the Livy endpoint on while it is stopped.'
        )
      );
}

function roleHop(
  report: Report,
  aws: IAwsContext,
  site: ISiteConfig,
  target: IDoctorTarget
): Promise<string | undefined> {
  const roles = site.runtimeRoles ?? [];
  const role = target.runtimeRole ?? (roles.length === 1 ? roles[0]?.arn : undefined);
  return report.hop(
    'execution-role',
    'Looking for the role that sessions run as',
    async () => {
      if (role && (await mayNotPass(aws, role, report.signal))) {
        throw failure(
          'PassRoleDenied',
          'iam',
          `Sessions would run as ${role}: IAM says no to iam:PassRole on it, for ${SERVERLESS}.`,
          `Ask the platform team to allow iam:PassRole on ${role}, with iam:PassedToService ${SERVERLESS}.`
        );
      }
      return role;
    },
    () =>
      role
        ? `Sessions would run as ${role}; its trust policy shows when one starts.`
        : {
            message: 'No role was named for sessions to run as.',
            warning: true,
            fix: `Add --runtime-role ARN.${roles.length ? ` This site names ${roles.map(({ arn }) => arn).join(', ')}.` : ''}`
          }
  );
}

/** Whether IAM says that the caller may not pass a role to EMR Serverless; where it may not be asked, that shows later. */
async function mayNotPass(aws: IAwsContext, role: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const who = principalArn((await callerIdentity(aws, signal)).arn);
    const context = { 'iam:PassedToService': SERVERLESS };
    const decisions = await simulate(aws, { who, actions: ['iam:PassRole'], resource: role, context }, signal);
    return decisions.get('iam:PassRole') === 'denied';
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

function label({ applicationId = '', name }: Application): string {
  return name ? `${name} (${applicationId})` : applicationId;
}
