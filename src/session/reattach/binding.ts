import { EmrError, boundTo } from '../../protocol';
import { accessOf } from './access';

import type { ILivySession } from '../../livy';
import type { AuthType, INotebookBinding, ISessionStatus } from '../../protocol';
import type { IEndpoint } from '../connect/endpoint';
import type { IBindRequest } from '../types';

/** A cell without a session: how to bind. */
export function notBoundError(stored: INotebookBinding | undefined): EmrError {
  if (stored) {
    return new EmrError({
      code: 'NotConnected',
      hop: 'kernel',
      message: `This notebook was bound to ${stored.clusterId === undefined ? 'application' : 'cluster'} ${boundTo(stored)} and is not connected now.`,
      fix: `Run ${connectLine(stored)} or use the notebook toolbar’s EMR button, then run the cell again.`
    });
  }
  return new EmrError({
    code: 'NotConnected',
    hop: 'kernel',
    message: 'This notebook is not connected to a cluster.',
    fix: 'Use the notebook toolbar’s EMR button, or run %emr connect --cluster-id j-… --runtime-role ARN; %emr clusters lists what there is.'
  });
}

/** The exact line that binds again. */
export function connectLine(binding: INotebookBinding): string {
  return [
    binding.clusterId === undefined
      ? `%emr connect --application-id ${binding.applicationId ?? ''}`
      : `%emr connect --cluster-id ${binding.clusterId}`,
    binding.region ? `--region ${binding.region}` : '',
    binding.runtimeRole
      ? `--${binding.clusterId === undefined ? 'execution' : 'runtime'}-role ${binding.runtimeRole}`
      : '',
    binding.authType && !binding.runtimeRole ? `--auth-type ${binding.authType}` : '',
    binding.secret ? `--secret ${binding.secret}` : '',
    binding.assumeRole ? `--assume-role ${binding.assumeRole}` : '',
    binding.profile ? `--profile ${quoted(binding.profile)}` : '',
    binding.caBundle ? `--ca-bundle ${quoted(binding.caBundle)}` : ''
  ]
    .filter(Boolean)
    .join(' ');
}

function quoted(text: string): string {
  return /^[\w./:@=+,-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Whether two requests mean the same session. */
export function sameTarget(one: IBindRequest, other: IBindRequest): boolean {
  const key = (request: IBindRequest): string =>
    JSON.stringify([
      request.clusterId,
      request.applicationId,
      request.livyUrl,
      request.runtimeRole,
      request.region,
      request.sessionName,
      request.authType,
      request.verifyCertificate !== false,
      request.caBundle,
      request.secret,
      request.assumeRole,
      request.profile
    ]);
  return key(one) === key(other);
}

/** Whether a request means what one is connected to already; what it leaves open is as it is. */
export function sameBinding(
  live: { name: string; endpoint: IEndpoint; request: IBindRequest },
  request: IBindRequest
): boolean {
  const { endpoint } = live;
  const same = (asked: unknown, has: unknown): boolean => asked === undefined || asked === has;
  return (
    request.livyUrl === live.request.livyUrl &&
    request.clusterId === endpoint.clusterId &&
    (request.applicationId === endpoint.applicationId ||
      (endpoint.applicationId !== undefined && request.applicationId === endpoint.clusterName)) &&
    same(request.runtimeRole, endpoint.runtimeRole) &&
    same(request.region, endpoint.region) &&
    same(request.sessionName, live.name) &&
    same(request.authType, authTypeOf(endpoint)) &&
    same(request.caBundle, live.request.caBundle) &&
    same(request.secret, live.request.secret) &&
    same(request.assumeRole, live.request.assumeRole) &&
    same(request.profile, live.request.profile) &&
    (request.verifyCertificate !== false) === (live.request.verifyCertificate !== false)
  );
}

/** How an endpoint lets one in, whatever the request called it; EMR Serverless by none of these. */
function authTypeOf({ http }: Pick<IEndpoint, 'http'>): AuthType | undefined {
  return http.sign ? undefined : http.negotiate ? 'Kerberos' : http.credentials ? 'Basic_Access' : 'None';
}

/** What the notebook stores: nothing for a Livy without AWS. */
export function bindingOf(request: IBindRequest, endpoint: IEndpoint): INotebookBinding | undefined {
  const { clusterId, applicationId } = endpoint;
  return clusterId || applicationId
    ? {
        ...(clusterId ? { clusterId } : {}),
        ...(applicationId ? { applicationId } : {}),
        region: endpoint.region ?? '',
        ...(endpoint.runtimeRole ? { runtimeRole: endpoint.runtimeRole } : {}),
        ...(request.language ? { language: request.language } : {}),
        ...accessOf(request)
      }
    : undefined;
}

/** What the page links to. Those of EMR Serverless are presigned: a pass for whoever has them, got anew at each click. */
export function linksOf(session: ILivySession, endpoint: Pick<IEndpoint, 'applicationId'>): Partial<ISessionStatus> {
  const appId = session.appId ? { appId: session.appId } : {};
  if (endpoint.applicationId) {
    return appId;
  }
  return {
    ...appId,
    ...(session.appInfo?.sparkUiUrl ? { sparkUiUrl: session.appInfo.sparkUiUrl } : {}),
    ...(session.appInfo?.driverLogUrl ? { driverLogUrl: session.appInfo.driverLogUrl } : {})
  };
}
