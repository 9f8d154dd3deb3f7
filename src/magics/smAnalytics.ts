import { EmrError, errorInfo } from '../protocol';
import { AUTH_TYPES, authTypeOf, checkClusterId, checkRoleArn, connectShown, verification } from './bind';
import { commandHelp } from './help';
import { nearest, parseOptions, usage, words } from './options';
import { say } from './show';

import type { IBindRequest } from '../session';
import type { IArguments, ICommand, ICountedCell, INotebook } from './types';

/** `%sm_analytics emr connect`, as notebooks made for SageMaker Studio have it. */
export const smConnect: ICommand = {
  name: 'connect',
  summary: 'Bind this notebook to a cluster (the way of SageMaker Studio’s notebooks)',
  options: [
    { name: 'cluster-id', value: 'j-…', help: 'The cluster' },
    { name: 'auth-type', value: 'TYPE', choices: AUTH_TYPES, help: 'None, Kerberos or Basic_Access' },
    {
      name: 'emr-execution-role-arn',
      value: 'ARN',
      help: 'Runtime role, with Basic_Access',
      aliases: ['execution-role-arn']
    },
    { name: 'language', value: 'python|scala', choices: ['python', 'scala'], help: 'Accepted; the kernel has its own' },
    { name: 'assumable-role-arn', value: 'ARN', help: 'Role to assume first (cross-account)' },
    { name: 'secret', value: 'ID', help: 'Secrets Manager secret with user name and password' },
    { name: 'verify-certificate', value: 'True|False|PATH', help: 'True by default' },
    { name: 'override-krb5-conf', help: 'Kerberos only', hidden: true },
    { name: 'no-override-krb5-conf', help: 'Kerberos only', hidden: true }
  ],
  async run({ args, cell, notebook }) {
    await connectShown(requestOf(args), cell, notebook);
  }
};

/** Run `%sm_analytics …`; ends with the JSON line that tools parse, also where it fails. */
export async function runSmAnalytics(line: string, cell: ICountedCell, notebook: INotebook): Promise<void> {
  const [service = 'help', operation = 'help', ...rest] = words(line);
  if (service === 'help' || (service === 'emr' && operation === 'help')) {
    cell.page({ 'text/plain': commandHelp('%sm_analytics emr', smConnect) });
    return;
  }
  if (service === 'emr-serverless') {
    throw new EmrError({
      code: 'NotInThisVersion',
      hop: 'emr-serverless',
      message: 'EMR Serverless is not part of this version.',
      fix: 'Use a cluster: %sm_analytics emr connect --cluster-id j-…'
    });
  }
  if (service !== 'emr' || !['connect', 'join'].includes(operation)) {
    const near = service === 'emr' ? 'connect' : nearest(service, ['emr', 'help']);
    throw usage(
      `%sm_analytics does not know "${[service, operation].join(' ').slice(0, 60)}".`,
      near === 'connect' ? 'It takes emr connect and emr help.' : `Did you mean %sm_analytics ${near ?? 'emr'} connect?`
    );
  }
  let clusterId: string | undefined;
  const report = (error: string | null): void =>
    say(
      cell,
      JSON.stringify({
        namespace: 'sagemaker-analytics',
        cluster_id: clusterId ?? null,
        error_message: error,
        success: error === null,
        service: 'emr',
        operation
      })
    );
  try {
    const args = parseOptions('%sm_analytics emr connect', rest, smConnect.options);
    clusterId = args.get('cluster-id');
    if (args.words.length > 0) {
      throw usage(`%sm_analytics emr connect does not know what to do with "${args.words.join(' ')}".`);
    }
    await smConnect.run({ args, body: '', cell, notebook });
  } catch (error) {
    report(errorInfo(error).message);
    throw error;
  }
  report(null);
}

function requestOf(args: IArguments): IBindRequest {
  const clusterId = args.get('cluster-id');
  const authType = authTypeOf(args.get('auth-type'));
  const runtimeRole = args.get('emr-execution-role-arn');
  const assumeRole = args.get('assumable-role-arn');
  if (!clusterId) {
    throw usage('%sm_analytics emr connect needs --cluster-id.', 'e.g. --cluster-id j-2AXXXXXXGAPLF');
  }
  checkClusterId(clusterId);
  if (!authType) {
    throw usage('%sm_analytics emr connect needs --auth-type.', `It is one of ${AUTH_TYPES.join(', ')}.`);
  }
  if (runtimeRole !== undefined) {
    checkRoleArn('--emr-execution-role-arn', runtimeRole);
  }
  if (assumeRole !== undefined) {
    checkRoleArn('--assumable-role-arn', assumeRole);
  }
  if (args.has('secret')) {
    throw new EmrError({
      code: 'NotInThisVersion',
      hop: 'config',
      message: '--secret (user name and password from Secrets Manager) is not part of this version.',
      fix: 'Use a runtime role: --auth-type Basic_Access --emr-execution-role-arn ARN.'
    });
  }
  return {
    clusterId,
    authType,
    ...verification(args.get('verify-certificate')),
    // Theirs takes the role with Basic_Access only, and passes over it otherwise.
    ...(runtimeRole && authType === 'Basic_Access' ? { runtimeRole } : {}),
    ...(assumeRole ? { assumeRole } : {})
  };
}
