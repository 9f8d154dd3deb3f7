import { randomUUID } from 'node:crypto';

import { EmrError } from '../../protocol';
import {
  APPLICATION_OPTION,
  AUTH_TYPES,
  AWS_OPTIONS,
  authTypeOf,
  awsContext,
  checkClusterId,
  checkRoleArn,
  checkSecretId,
  checkTarget,
  verification
} from '../bind';

import type { ICheck, IDoctorTarget } from '../../control';
import type { IBindRequest } from '../../session';
import type { ICommand, ICountedCell, INotebook } from '../types';

/** `%emr doctor`. */
export const doctor: ICommand = {
  name: 'doctor',
  summary: 'Look at all that stands between this host and a cell’s first result, hop by hop',
  options: [
    { name: 'cluster-id', value: 'j-…', help: 'The way to this cluster; without it, to the one of this notebook' },
    APPLICATION_OPTION,
    {
      name: 'runtime-role',
      value: 'ARN',
      help: 'Role that cells would run as',
      aliases: ['execution-role', 'emr-execution-role-arn']
    },
    { name: 'livy-url', value: 'URL', help: 'Any Livy, without EMR; user and password from the environment' },
    { name: 'auth-type', value: 'TYPE', choices: AUTH_TYPES, help: 'As for %emr connect' },
    { name: 'secret', value: 'ID', help: 'Secrets Manager secret with username and password' },
    { name: 'ca-bundle', value: 'PATH', help: 'PEM file of the CA that signed Livy’s certificate' },
    { name: 'verify-certificate', value: 'True|False|PATH', help: 'False: what is wrong with it is a warning' },
    { name: 'account', help: 'Only this host and account, also where the notebook has a cluster' },
    ...AWS_OPTIONS
  ],
  async run({ args, cell, notebook }) {
    const asked: IBindRequest = {
      ...verification(args.get('verify-certificate')),
      ...present({
        clusterId: args.get('cluster-id'),
        applicationId: args.get('application-id'),
        runtimeRole: args.get('runtime-role'),
        livyUrl: args.get('livy-url'),
        authType: authTypeOf(args.get('auth-type')),
        secret: args.get('secret'),
        caBundle: args.get('ca-bundle')
      }),
      ...awsContext('%emr doctor', args)
    };
    checkTarget('%emr doctor', asked);
    const named = (asked.clusterId ?? asked.applicationId ?? asked.livyUrl) !== undefined || args.has('account');
    const target = named ? asked : { ...ownTarget(notebook), ...asked };
    if (target.clusterId) {
      checkClusterId(target.clusterId);
    }
    if (target.runtimeRole) {
      checkRoleArn('--runtime-role', target.runtimeRole);
    }
    if (target.secret) {
      checkSecretId(target.secret);
    }
    await examine(target, cell, notebook);
  }
};

/** Where the notebook is, or was, connected. */
function ownTarget({ session }: INotebook): IBindRequest {
  const stored = session.offer?.binding;
  return (
    session.request ??
    (stored
      ? present({
          clusterId: stored.clusterId,
          applicationId: stored.applicationId,
          region: stored.region,
          runtimeRole: stored.runtimeRole
        })
      : {})
  );
}

/** Make the checks, shown in place; the cell fails with the one that failed. */
async function examine(request: IBindRequest, cell: ICountedCell, notebook: INotebook): Promise<void> {
  const { doctor: look, doctorText } = await import('../../control');
  const { region, profile, assumeRole, basic } = request;
  const { LIVY_USERNAME: username, LIVY_PASSWORD: password } = notebook.env;
  const fromEnv =
    request.livyUrl && username !== undefined && password !== undefined ? { username, password } : undefined;
  const target: IDoctorTarget = { ...request, ...present({ basic: basic ?? fromEnv }) };
  const seen: ICheck[] = [];
  const displayId = randomUUID();
  const show = (doing?: string): void => {
    const bundle = { 'text/plain': doctorText(seen, doing) };
    if (shown) {
      cell.updateDisplay(bundle, displayId);
    } else {
      cell.display(bundle, {}, displayId);
      shown = true;
    }
  };
  let shown = false;
  const checks = await look({ aws: present({ region, profile, assumeRole }), site: notebook.site }, target, {
    signal: cell.signal,
    onStart: (_name, doing) => show(doing),
    onCheck: check => {
      seen.push(check);
      show();
    }
  }).catch((error: unknown) => {
    show(cell.signal.aborted ? 'Stopped by you.' : undefined);
    throw cell.signal.aborted
      ? new EmrError({ code: 'KeyboardInterrupt', hop: 'kernel', message: 'Stopped by you.' })
      : error;
  });
  const failed = checks.filter(check => !check.ok);
  const last = failed.at(-1);
  if (last) {
    throw new EmrError({
      code: 'DoctorFound',
      hop: 'kernel',
      message:
        failed.length === 1 ? `${last.name}: ${last.message}` : `${failed.length} checks failed; see the report above.`,
      ...(last.fix && failed.length === 1 ? { fix: last.fix } : {})
    });
  }
}

/** The keys that have a value. */
function present<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
