import {
  APPLICATION_OPTION,
  AUTH_TYPES,
  AWS_OPTIONS,
  askBasic,
  authTypeOf,
  awsContext,
  checkClusterId,
  checkRoleArn,
  checkSecretId,
  checkTarget,
  connectShown,
  verification
} from '../bind';
import { usage } from '../options';
import { say } from '../show';

import { requestOf } from '../../session';

import type { IBindRequest, NotebookSession } from '../../session';
import type { ICommand, ICountedCell, INotebook } from '../types';

const LANGUAGES = {
  python: 'pyspark',
  pyspark: 'pyspark',
  scala: 'spark',
  spark: 'spark',
  r: 'sparkr',
  sparkr: 'sparkr'
} as const;

/** `%emr connect`. */
export const connect: ICommand = {
  name: 'connect',
  summary: 'Bind this notebook to a cluster or an EMR Serverless application and start a Spark session there',
  options: [
    { name: 'cluster-id', value: 'j-…', help: 'The cluster; %emr clusters lists them' },
    APPLICATION_OPTION,
    {
      name: 'runtime-role',
      value: 'ARN',
      help: 'Role that the cells run as; --execution-role means the same',
      aliases: ['execution-role', 'emr-execution-role-arn', 'execution-role-arn']
    },
    { name: 'name', value: 'NAME', help: 'Name of the binding, where the notebook has several; cells say -s NAME' },
    { name: 'default', help: 'Make it the current one, which plain cells run on; the first one is' },
    {
      name: 'language',
      value: 'LANGUAGE',
      choices: Object.keys(LANGUAGES),
      help: 'Must be the kernel’s own; other languages have cell magics'
    },
    {
      name: 'auth-type',
      value: 'TYPE',
      choices: AUTH_TYPES,
      help: 'Found out where it is left out'
    },
    { name: 'secret', value: 'ID', help: 'Secrets Manager secret with username and password (JSON); its name or ARN' },
    { name: 'ca-bundle', value: 'PATH', help: 'PEM file of the CA that signed Livy’s certificate' },
    { name: 'verify-certificate', value: 'True|False|PATH', help: 'False only if you accept the risk' },
    ...AWS_OPTIONS,
    { name: 'session-name', value: 'NAME', help: 'Name of the session; without it made from user and notebook' },
    { name: 'fresh', help: 'End the session that the notebook had, and start anew' },
    { name: 'keep', help: 'Keep the session when the kernel ends, until Livy’s own idle limit' },
    { name: 'livy-url', value: 'URL', help: 'Any Livy, without AWS: https://host:8998' }
  ],
  async run({ args, cell, notebook }) {
    if (args.words.length > 0) {
      throw usage(
        `%emr connect does not know what to do with "${args.words.join(' ')}".`,
        'Name the cluster: --cluster-id j-…'
      );
    }
    const language = args.get('language') as keyof typeof LANGUAGES | undefined;
    if (language && LANGUAGES[language] !== notebook.language) {
      throw usage(
        `This kernel’s plain cells are ${notebook.language}, not ${language}.`,
        'Switch the notebook’s kernel, or use %%pyspark, %%scala and %%sql on the same session.'
      );
    }
    const asked: IBindRequest = {
      ...verification(args.get('verify-certificate')),
      ...defined({
        clusterId: args.get('cluster-id'),
        applicationId: args.get('application-id'),
        runtimeRole: args.get('runtime-role'),
        authType: authTypeOf(args.get('auth-type')),
        secret: args.get('secret'),
        caBundle: args.get('ca-bundle'),
        sessionName: args.get('session-name'),
        livyUrl: args.get('livy-url')
      }),
      ...(args.has('fresh') ? { fresh: true } : {}),
      ...(args.has('keep') ? { keep: true } : {}),
      ...awsContext('%emr connect', args)
    };
    checkTarget('%emr connect', asked);
    const name = args.get('name');
    if (name !== undefined && !/^[A-Za-z][\w.-]{0,40}$/.test(name)) {
      throw usage(
        `--name of %emr connect cannot be "${name.slice(0, 60)}".`,
        'It begins with a letter, and has letters, digits, "_", "." and "-".'
      );
    }
    const known = notebook.bindings.list().find(item => item.name === (name ?? notebook.bindings.name))?.session;
    const named = asked.clusterId ?? asked.applicationId ?? asked.livyUrl;
    const request = named ? asked : { ...whereItBelongs(known, notebook.env), ...asked };
    checkTarget('%emr connect', request);
    if (request.clusterId) {
      checkClusterId(request.clusterId);
    }
    if (request.runtimeRole) {
      checkRoleArn('--runtime-role', request.runtimeRole);
    }
    if (request.secret !== undefined) {
      checkSecretId(request.secret);
      if (request.runtimeRole || request.authType === 'None') {
        throw usage(
          `--secret does not go with ${request.runtimeRole ? '--runtime-role: EMR itself gives out the credentials of a role' : '--auth-type None'}.`,
          'Leave one of them out.'
        );
      }
    }
    if (request.sessionName && !/^(?=.*[A-Za-z])[\w.-]{1,100}$/.test(request.sessionName)) {
      throw usage('--session-name has to have a letter, and no other signs than letters, digits, "_", "." and "-".');
    }
    if (request.livyUrl && request.authType === 'Basic_Access' && request.secret === undefined) {
      request.basic = await askBasic(notebook, cell);
    }
    await connectBinding(name, args.has('default'), request, cell, notebook);
  }
};

/** Connect a binding; a new one that fails is forgotten. It becomes the current where it is the first, or asked to. */
async function connectBinding(
  name: string | undefined,
  makeCurrent: boolean,
  request: IBindRequest,
  cell: ICountedCell,
  notebook: INotebook
): Promise<void> {
  const { bindings } = notebook;
  if (name === undefined) {
    await connectShown(request, cell, notebook);
    return;
  }
  const isNew = !bindings.list().some(item => item.name === name);
  const isFirst = !bindings.list().some(item => item.session.request);
  const session = bindings.open(name);
  try {
    await connectShown(request, cell, notebook, session);
  } catch (error) {
    if (isNew) {
      bindings.forget(name);
    }
    throw error;
  }
  if (isFirst || makeCurrent) {
    bindings.use(name);
  }
  say(
    cell,
    bindings.name === name
      ? `${name} is the current binding: cells run there.`
      : `Cells run there with -s ${name}, e.g. %%sql -s ${name}; %emr use ${name} makes it the current binding.`
  );
}

/** What a binding was connected with last, else what the notebook stores: `%emr connect` alone means that. */
function whereItBelongs(session: NotebookSession | undefined, env: NodeJS.ProcessEnv): IBindRequest {
  if (!session) {
    return {};
  }
  if (session.request) {
    return session.request;
  }
  return session.offer ? requestOf(session.offer, env) : {};
}

/** The keys that have a value. */
function defined<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
