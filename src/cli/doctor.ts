/** `jupyter emr doctor`: each check is printed as it is made. */
import type { IAdminDoctorOptions } from './adminDoctor';
import { adminDoctorCommand } from './adminDoctor';
import type { IDoctorTarget } from '../control';
import { doctor, doctorText } from '../control';
import type { AuthType } from '../protocol';
import { CLUSTER_ID, EmrError } from '../protocol';
import type { CommandBody, ICommon } from './context';
import { Progress } from './output';

/** Options of `doctor`. */
export interface IDoctorOptions extends ICommon, IAdminDoctorOptions {
  clusterId?: string;
  applicationId?: string;
  runtimeRole?: string;
  livyUrl?: string;
  authType?: AuthType;
  secret?: string;
  caBundle?: string;
  verifyCertificate?: string;
}

/** What is in the way: exit code 0 where nothing is. */
export const doctorCommand: CommandBody<IDoctorOptions> = async context => {
  const { options, terminal } = context;
  if (options.admin) {
    return adminDoctorCommand(context);
  }
  const progress = new Progress(terminal);
  const checks = await doctor(context.controlOptions(), targetOf(options), {
    signal: context.signal,
    onStart: (_name, doing) => (terminal.interactive ? progress.show(`${doing} …`) : undefined),
    onCheck: check => {
      if (!options.json) {
        progress.clear();
        terminal.out(`${doctorText([check])}\n`);
      }
    }
  }).finally(() => progress.clear());
  const ok = checks.every(check => check.ok);
  if (options.json) {
    terminal.out(`${JSON.stringify({ ok, checks }, undefined, 2)}\n`);
  }
  return ok ? 0 : 1;
};

function targetOf(options: IDoctorOptions): IDoctorTarget {
  const { clusterId, applicationId, livyUrl, runtimeRole, authType, secret, verifyCertificate } = options;
  const named = Object.entries({ '--cluster-id': clusterId, '--application-id': applicationId, '--livy-url': livyUrl })
    .filter(([, value]) => value)
    .map(([option]) => option);
  if (named.length > 1) {
    throw bad(`${named.join(' and ')} cannot both be meant.`, 'Leave one out.');
  }
  if (clusterId && !CLUSTER_ID.test(clusterId)) {
    throw bad(`"${clusterId.slice(0, 60)}" is not the id of a cluster.`, 'It looks like j-2AXXXXXXGAPLF.');
  }
  if (named.length === 0 && (runtimeRole || authType || secret)) {
    throw bad('There is no cluster to try that on.', 'Add --cluster-id j-…, --application-id ID or --livy-url URL.');
  }
  const { LIVY_USERNAME: username, LIVY_PASSWORD: password } = process.env;
  const isPath = verifyCertificate !== undefined && !/^(true|false)$/i.test(verifyCertificate);
  const caBundle = options.caBundle ?? (isPath ? verifyCertificate : undefined);
  return {
    ...(clusterId ? { clusterId } : {}),
    ...(applicationId ? { applicationId } : {}),
    ...(livyUrl ? { livyUrl } : {}),
    ...(runtimeRole ? { runtimeRole } : {}),
    ...(authType ? { authType } : {}),
    ...(secret ? { secret } : {}),
    ...(caBundle ? { caBundle } : {}),
    ...(/^false$/i.test(verifyCertificate ?? '') ? { verifyCertificate: false } : {}),
    ...(livyUrl && username !== undefined && password !== undefined ? { basic: { username, password } } : {})
  };
}

function bad(message: string, fix: string): EmrError {
  return new EmrError({ code: 'UsageError', hop: 'config', message, fix });
}
