/**
 * What stands between this host and a cell's first result, looked at hop by hop. Nothing is changed by it; a session is
 * not started.
 */
import { callerIdentity } from '../../aws';
import type { AuthType, IAccount } from '../../protocol';
import { awsContext } from '../control';
import type { IControlOptions } from '../types';
import { accountChecks, hostChecks } from './account';
import { applicationChain } from './application';
import { clusterChain, secretHop } from './cluster';
import { livyChain } from './livy';
import type { ICheck, IDoctorEvents } from './report';
import { Report, Stopped, failure } from './report';

export type { ICheck, IDoctorEvents } from './report';

/** Which way is looked at; without cluster and URL it is the account alone. */
export interface IDoctorTarget {
  clusterId?: string;
  /** EMR Serverless, by id or name. */
  applicationId?: string;
  runtimeRole?: string;
  /** Any Livy, without EMR. */
  livyUrl?: string;
  authType?: AuthType;
  secret?: string;
  /** Kerberos: false takes the host's own krb5.conf. */
  overrideKrb5Conf?: boolean;
  /** Kept in memory only. */
  basic?: { username: string; password: string };
  caBundle?: string;
  /** False: what is wrong with the certificate is a warning. */
  verifyCertificate?: boolean;
  /** ms for a connection. Default 5 s. */
  timeoutMs?: number;
}

/**
 * Look at the way to the target, up to the first hop that fails; without a target at all that the account needs.
 *
 * @returns the checks that were made; the last one is the one that failed, where the way is not free
 * @throws the signal's reason where it was stopped
 */
export async function doctor(
  options: IControlOptions = {},
  target: IDoctorTarget = {},
  events: IDoctorEvents = {}
): Promise<ICheck[]> {
  const report = new Report(events);
  const aws = awsContext(options);
  const site = options.site ?? {};
  hostChecks(report);
  try {
    let caller: IAccount | undefined;
    if (target.livyUrl === undefined || target.secret !== undefined) {
      caller = await report.hop(
        'credentials',
        'Asking AWS who this host is',
        () => callerIdentity(aws, report.signal),
        account => `Credentials of ${account.arn} in account ${account.accountId}, region ${account.region}.`
      );
    }
    // AWS's own address has a public certificate: the site's bundle is for its clusters, or for its own address.
    const ofSite = target.applicationId === undefined || site.serverlessLivyUrl ? site.caBundle : undefined;
    const caFile = target.caBundle ?? ofSite;
    const common = {
      verify: target.verifyCertificate !== false,
      ...(caFile ? { caFile } : {}),
      ...(target.timeoutMs ? { timeoutMs: target.timeoutMs } : {})
    };
    const { clusterId, applicationId } = target;
    if (target.livyUrl !== undefined) {
      const url = parseUrl(target.livyUrl);
      const credentials = await secretHop(report, aws, target);
      await livyChain(report, {
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
        path: url.pathname.replace(/\/$/, ''),
        tls: url.protocol === 'https:',
        ...(target.authType === 'Kerberos' ? { kerberos: {} } : {}),
        ...common,
        ...(credentials ? { credentials } : {})
      });
    } else if (clusterId !== undefined) {
      await livyChain(report, { ...(await clusterChain(report, aws, site, { ...target, clusterId })), ...common });
    } else if (applicationId !== undefined) {
      await livyChain(report, {
        ...(await applicationChain(report, aws, site, { ...target, applicationId })),
        ...common
      });
    } else if (caller) {
      const runtimeRole = target.runtimeRole ?? site.runtimeRoles?.[0]?.arn;
      await accountChecks(report, aws, { ...caller, ...(runtimeRole ? { runtimeRole } : {}) });
    }
  } catch (error) {
    if (!(error instanceof Stopped)) {
      throw error;
    }
  }
  return report.checks;
}

/** The report for a terminal or a cell, one check a line with its time; the fix below it. */
export function doctorText(checks: readonly ICheck[], doing?: string): string {
  const lines = checks.map(check => {
    const word = check.ok ? (check.warning ? 'warn' : 'ok  ') : 'fail';
    const time = check.ms === undefined ? '       ' : `${(check.ms / 1000).toFixed(2).padStart(5)} s`;
    return `${word}  ${time}  ${check.message}${check.fix ? `\n               ${check.fix}` : ''}`;
  });
  return [...lines, ...(doing ? [`…             ${doing}`] : [])].join('\n');
}

function parseUrl(text: string): URL {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    /* told below */
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw failure(
      'BadLivyUrl',
      'config',
      'The address of Livy is not a URL, or holds a user name or password.',
      'It looks like https://host:8998; user name and password come from LIVY_USERNAME and LIVY_PASSWORD, or --secret.'
    );
  }
  return url;
}
