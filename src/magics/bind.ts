import { CLUSTER_ID, boundTo, errorInfo } from '../protocol';
import { LOGIN_NEEDED } from '../session';
import { usage } from './options';
import { ProgressDisplay, STARTING_AFTER_MS } from './progress';
import { age, say } from './show';

import type { AuthType, ISessionStatus } from '../protocol';
import type { IBindRequest, NotebookSession } from '../session';
import type { AwsContext, IArguments, ICountedCell, INotebook, IOption } from './types';

export const AUTH_TYPES = ['None', 'Kerberos', 'Basic_Access'] as const;

/** Options that say which AWS account and region is meant. */
export const AWS_OPTIONS: readonly IOption[] = [
  { name: 'region', value: 'REGION', help: 'AWS region; without it this host’s own' },
  { name: 'profile', value: 'NAME', help: 'Named AWS profile on this host' },
  { name: 'assume-role', value: 'ARN', help: 'Role to assume first (cross-account)' }
];

/** Names an EMR Serverless application. */
export const APPLICATION_OPTION: IOption = {
  name: 'application-id',
  value: 'ID|NAME',
  help: 'EMR Serverless application, in place of a cluster; %emr applications lists them'
};

/** What {@link AWS_OPTIONS} say; undefined where they say nothing. */
export function awsContext(magic: string, args: IArguments): AwsContext | undefined {
  const [region, profile, assumeRole] = [args.get('region'), args.get('profile'), args.get('assume-role')];
  if (assumeRole !== undefined) {
    checkRoleArn(`--assume-role of ${magic}`, assumeRole);
  }
  return region || profile || assumeRole
    ? { ...(region ? { region } : {}), ...(profile ? { profile } : {}), ...(assumeRole ? { assumeRole } : {}) }
    : undefined;
}

/**
 * A role's ARN: `arn:(aws|aws-cn|aws-us-gov):iam::ACCOUNT:role/NAME`, under 2,048 characters.
 *
 * @throws EmrError `UsageError`
 */
export function checkRoleArn(what: string, arn: string): void {
  if (arn.length >= 2048) {
    throw usage(`${what} is too long: an ARN has fewer than 2,048 characters.`);
  }
  if (!/^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn)) {
    throw usage(
      `${what} is not the ARN of a role: "${arn.slice(0, 120)}".`,
      'It looks like arn:aws:iam::123456789012:role/name.'
    );
  }
}

/** A cluster id, checked before AWS is asked. */
export function checkClusterId(id: string): void {
  if (!CLUSTER_ID.test(id)) {
    throw usage(
      `"${id.slice(0, 60)}" is not the id of a cluster.`,
      'It looks like j-2AXXXXXXGAPLF; %emr clusters lists them.'
    );
  }
}

/**
 * Cluster, application or address, one of them; and what goes with it.
 *
 * @throws EmrError `UsageError`
 */
export function checkTarget(magic: string, request: IBindRequest): void {
  const named = Object.entries({
    '--cluster-id': request.clusterId,
    '--application-id': request.applicationId,
    '--livy-url': request.livyUrl
  }).filter(([, value]) => value !== undefined);
  if (named.length > 1) {
    throw usage(`${magic} takes ${named.map(([option]) => option).join(' or ')}, not both.`, 'Leave one out.');
  }
  const { applicationId } = request;
  if (applicationId === undefined) {
    return;
  }
  if (!/^[A-Za-z0-9._/#-]{1,64}$/.test(applicationId)) {
    throw usage(
      `--application-id of ${magic} cannot be "${applicationId.slice(0, 80)}".`,
      'It is the id of an EMR Serverless application (00f1r2s3t4u5v6w7) or its name; %emr applications lists them.'
    );
  }
  const foreign = Object.entries({
    '--auth-type': request.authType,
    '--secret': request.secret
  }).find(([, value]) => value !== undefined);
  if (foreign) {
    throw usage(
      `${foreign[0]} does not go with --application-id: requests to EMR Serverless are signed with this host’s AWS credentials.`,
      'Leave it out; --assume-role ARN signs as another role.'
    );
  }
}

/**
 * Name or ARN of a Secrets Manager secret.
 *
 * @throws EmrError `UsageError`; it does not repeat what was given, which may be the secret itself
 */
export function checkSecretId(id: string): void {
  if (!/^[\w/+=.@:!-]{1,2048}$/.test(id)) {
    throw usage(
      '--secret is not the name or ARN of a Secrets Manager secret.',
      'A name has letters, digits and /_+=.@- only; user name and password themselves do not belong into a notebook.'
    );
  }
}

/** `True`, `False`, or the path of a CA bundle. */
export function verification(value: string | undefined): Pick<IBindRequest, 'verifyCertificate' | 'caBundle'> {
  if (value === undefined || /^true$/i.test(value)) {
    return {};
  }
  return /^false$/i.test(value) ? { verifyCertificate: false } : { caBundle: value };
}

/** User name and password for a Livy that no AWS issues credentials for: the environment's, else asked for. */
export async function askBasic(
  notebook: INotebook,
  cell: ICountedCell
): Promise<{ username: string; password: string }> {
  const { LIVY_USERNAME: username, LIVY_PASSWORD: password } = notebook.env;
  if (username !== undefined && password !== undefined) {
    return { username, password };
  }
  try {
    return {
      username: username ?? (await cell.input('User name for Livy: ', false)),
      password: password ?? (await cell.input('Password for Livy: ', true))
    };
  } catch {
    throw usage(
      'Livy’s user name and password cannot be asked for here: nobody is there to answer.',
      'Name a Secrets Manager secret with --secret ID, or set LIVY_USERNAME and LIVY_PASSWORD in the environment of the Jupyter host.'
    );
  }
}

/** Connect with the progress shown, then say what one is connected to. */
export async function connectShown(
  request: IBindRequest,
  cell: ICountedCell,
  notebook: INotebook,
  session: NotebookSession = notebook.session
): Promise<void> {
  const progress = new ProgressDisplay(cell, STARTING_AFTER_MS);
  try {
    await connectAsking(request, cell, notebook, progress, session);
    progress.end(true);
  } finally {
    progress.end();
  }
  say(cell, describeConnection(session));
}

/** Connect; where the cluster turns out to want user name and password, ask for them. */
async function connectAsking(
  request: IBindRequest,
  cell: ICountedCell,
  notebook: INotebook,
  progress: ProgressDisplay,
  session: NotebookSession
): Promise<void> {
  try {
    await session.connect(request, { signal: cell.signal, onProgress: progress.update });
  } catch (error) {
    if (errorInfo(error).code !== LOGIN_NEEDED) {
      throw error;
    }
    const basic = await askBasic(notebook, cell);
    await session.connect({ ...request, basic }, { signal: cell.signal, onProgress: progress.update });
  }
}

/** ` (j-…)`, where the name says something else. */
export function boundName({ binding, clusterName }: ISessionStatus): string {
  const id = binding && boundTo(binding);
  return id && id !== clusterName ? ` (${id})` : '';
}

/** What a session is connected to, in a few lines. */
function describeConnection({ status, info }: NotebookSession): string {
  const role = status.binding?.runtimeRole?.split('/').pop();
  return [
    `Connected to ${status.clusterName}${boundName(status)}${role ? ` as ${role}` : ''}: ` +
      `session ${info?.id} ${info?.name}${info?.version ? `, Livy ${info.version}` : ''}.`,
    status.found ?? '',
    status.statement
      ? `Statement ${status.statement.id} is still running, since ${age(status.statement.since)}. New cells wait for it; ` +
        `%emr result ${status.statement.id} waits for it and shows its output, an interrupt cancels it.`
      : '',
    status.sparkUiUrl ? `Spark UI: ${status.sparkUiUrl}` : status.binding?.applicationId ? 'Spark UI: %emr ui' : '',
    info?.dropped.length ? `Left out, since this Livy does not know it: ${info.dropped.join(', ')}.` : '',
    status.tlsVerified === false && info?.url.startsWith('https:')
      ? 'Warning: the certificate of Livy is NOT verified (--verify-certificate False).'
      : '',
    status.tlsVerified === false && info?.url.startsWith('http:') ? 'The connection is not encrypted (plain HTTP).' : ''
  ]
    .filter(Boolean)
    .join('\n');
}

export function authTypeOf(value: string | undefined): AuthType | undefined {
  return AUTH_TYPES.find(type => type.toLowerCase() === value?.toLowerCase());
}
