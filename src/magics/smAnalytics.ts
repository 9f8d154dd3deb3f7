import { errorInfo } from '../protocol';
import {
  AUTH_TYPES,
  authTypeOf,
  checkClusterId,
  checkRoleArn,
  checkSecretId,
  connectShown,
  verification
} from './bind';
import { commandHelp } from './help';
import { nearest, parseOptions, usage, words } from './options';
import { substitute } from './parameters';
import { say } from './show';

import type { IBindRequest } from '../session';
import type { IArguments, ICommand, ICountedCell, INotebook, IOption } from './types';

const LANGUAGE: IOption = {
  name: 'language',
  value: 'python|scala',
  choices: ['python', 'scala'],
  help: 'Accepted; the kernel has its own'
};
const ROLE: IOption = {
  name: 'emr-execution-role-arn',
  value: 'ARN',
  help: 'Runtime role, with Basic_Access',
  aliases: ['execution-role-arn']
};
const ASSUMABLE: IOption = { name: 'assumable-role-arn', value: 'ARN', help: 'Role to assume first (cross-account)' };
const VERIFY: IOption = {
  name: 'verify-certificate',
  value: 'True|False|PATH',
  help: 'True by default; PATH is a CA bundle'
};

/** `%sm_analytics emr connect`, as notebooks made for SageMaker Studio have it. */
export const smConnect: ICommand = {
  name: 'connect',
  summary: 'Bind this notebook to a cluster (the way of SageMaker Studio’s notebooks)',
  options: [
    { name: 'cluster-id', value: 'j-…', help: 'The cluster' },
    { name: 'auth-type', value: 'TYPE', choices: AUTH_TYPES, help: 'None, Kerberos or Basic_Access' },
    ROLE,
    LANGUAGE,
    ASSUMABLE,
    { name: 'secret', value: 'ID', help: 'Name or ARN of a Secrets Manager secret with username and password (JSON)' },
    VERIFY,
    { name: 'override-krb5-conf', help: 'Kerberos: use a krb5.conf made for the cluster (default)' },
    { name: 'no-override-krb5-conf', help: 'Kerberos: use the host’s own krb5.conf' }
  ],
  async run({ args, cell, notebook }) {
    await connectShown(requestOf(args), cell, notebook);
  }
};

/** `%sm_analytics emr-serverless connect`. */
export const smServerless: ICommand = {
  name: 'connect',
  summary: 'Bind this notebook to an EMR Serverless application (the way of SageMaker Studio’s notebooks)',
  options: [
    { name: 'application-id', value: 'ID', help: 'The application' },
    { ...ROLE, help: 'Role that the session runs as' },
    LANGUAGE,
    ASSUMABLE,
    VERIFY
  ],
  async run({ args, cell, notebook }) {
    const runtimeRole = args.get('emr-execution-role-arn');
    const assumeRole = args.get('assumable-role-arn');
    const applicationId = args.get('application-id');
    if (applicationId === undefined) {
      throw usage(
        '%sm_analytics emr-serverless connect needs --application-id.',
        'e.g. --application-id 00f1r2s3t4u5v6w7'
      );
    }
    if (!/^[0-9a-z]{1,64}$/.test(applicationId)) {
      throw usage(
        `"${applicationId.slice(0, 80)}" is not the id of an application.`,
        'It has small letters and digits only.'
      );
    }
    if (runtimeRole === undefined) {
      throw usage('%sm_analytics emr-serverless connect needs --emr-execution-role-arn.');
    }
    checkRoleArn('--emr-execution-role-arn', runtimeRole);
    if (assumeRole !== undefined) {
      checkRoleArn('--assumable-role-arn', assumeRole);
    }
    const request: IBindRequest = {
      applicationId,
      runtimeRole,
      ...verification(args.get('verify-certificate')),
      ...(assumeRole ? { assumeRole } : {})
    };
    await connectShown(request, cell, notebook);
  }
};

const SERVICES: Readonly<Record<string, ICommand>> = { emr: smConnect, 'emr-serverless': smServerless };

/** All options of all services; the peer reads them in any place of the line. */
const OPTIONS = [...new Map([...smConnect.options, ...smServerless.options].map(one => [one.name, one])).values()];

/** Run `%sm_analytics …`; a connect ends with the JSON line that tools parse, also where it fails. */
export async function runSmAnalytics(line: string, cell: ICountedCell, notebook: INotebook): Promise<void> {
  const given = substitute(words(line), notebook);
  const options = given.findIndex(word => word.startsWith('-'));
  const leading = (options < 0 ? given : given.slice(0, options)).map(word => word.toLowerCase());
  const [service = 'help', operation = 'help'] = leading;
  if (
    given.some(word => word === '--help' || word === '-h') ||
    (options !== 0 && [service, operation].includes('help'))
  ) {
    cell.page({ 'text/plain': helpText(service) });
    return;
  }
  if (options !== 0) {
    checkCommand(leading);
  }
  await reported(cell, given, async () => {
    const args = parseOptions('%sm_analytics emr connect', given, OPTIONS);
    const [first, , ...rest] = args.words;
    const command = checkCommand(args.words);
    if (rest.length > 0) {
      throw usage(`%sm_analytics ${first} connect does not know what to do with "${rest.join(' ').slice(0, 60)}".`);
    }
    const foreign = OPTIONS.find(one => args.has(one.name) && !command.options.some(own => own.name === one.name));
    if (foreign) {
      throw usage(
        `%sm_analytics ${first} connect takes no --${foreign.name}.`,
        `That is for ${first === 'emr' ? 'emr-serverless' : 'emr'}.`
      );
    }
    await command.run({ args, body: '', cell, notebook });
  });
}

/** The service's command. @throws EmrError `UsageError` where it is none of ours */
function checkCommand([service = '', operation = '']: string[]): ICommand {
  const name = service.toLowerCase();
  const command = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  if (command && ['connect', 'join'].includes(operation.toLowerCase())) {
    return command;
  }
  throw usage(
    `%sm_analytics does not know "${[service, operation].filter(Boolean).join(' ').slice(0, 60)}".`,
    command
      ? `It takes ${name} connect and ${name} help.`
      : `Did you mean %sm_analytics ${nearest(name, Object.keys(SERVICES)) ?? 'emr'} connect?`
  );
}

/** Do it, then print the one JSON line that the peer's tools look for, in the peer's very form. */
async function reported(cell: ICountedCell, given: string[], run: () => Promise<void>): Promise<void> {
  const at = given.findIndex(word => /^--cluster-id(=|$)/.test(word));
  const clusterId = at < 0 ? undefined : (/^--cluster-id=(.*)/.exec(given[at])?.[1] ?? given[at + 1]);
  const report = (error: string | null): void =>
    say(
      cell,
      pythonJson({
        namespace: 'sagemaker-analytics',
        cluster_id: clusterId ?? null,
        error_message: error,
        success: error === null,
        service: given.some(word => word.toLowerCase() === 'emr-serverless') ? 'emr-serverless' : 'emr',
        operation: 'connect'
      })
    );
  try {
    await run();
  } catch (error) {
    report(errorInfo(error).message);
    throw error;
  }
  report(null);
}

/** A flat object as Python's `json.dumps` writes it: some look for it by its text. */
function pythonJson(value: Record<string, string | boolean | null>): string {
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${JSON.stringify(member)}`);
  return `{${members.join(', ')}}`.replace(
    /[\u007f-\uffff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}

function helpText(service: string): string {
  const command = Object.hasOwn(SERVICES, service) ? SERVICES[service] : undefined;
  return command
    ? commandHelp(`%sm_analytics ${service}`, command)
    : Object.entries(SERVICES)
        .map(([name, one]) => commandHelp(`%sm_analytics ${name}`, one))
        .join('\n\n');
}

function requestOf(args: IArguments): IBindRequest {
  const clusterId = args.get('cluster-id');
  const authType = authTypeOf(args.get('auth-type'));
  const runtimeRole = args.get('emr-execution-role-arn');
  const assumeRole = args.get('assumable-role-arn');
  const secret = args.get('secret');
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
  if (secret !== undefined) {
    checkSecretId(secret);
  }
  if (args.has('override-krb5-conf') && args.has('no-override-krb5-conf')) {
    throw usage('--override-krb5-conf and --no-override-krb5-conf cannot both be meant.', 'Leave one out.');
  }
  if (args.has('no-override-krb5-conf') && authType !== 'Kerberos') {
    throw usage('--no-override-krb5-conf is for clusters with Kerberos.', 'Leave it out, or add --auth-type Kerberos.');
  }
  // Theirs takes the role with Basic_Access only, and then no secret; it passes over what is not for the auth type.
  const role = authType === 'Basic_Access' ? runtimeRole : undefined;
  return {
    clusterId,
    authType,
    ...verification(args.get('verify-certificate')),
    ...(role ? { runtimeRole: role } : {}),
    ...(secret && !role && authType !== 'None' ? { secret } : {}),
    ...(assumeRole ? { assumeRole } : {}),
    ...(args.has('no-override-krb5-conf') ? { overrideKrb5Conf: false } : {})
  };
}
