import { EmrError, errorText } from '../../protocol';
import { connectLine, escape } from '../../session';
import { boundName } from '../bind';
import { BINDING_OPTION, sessionOf } from '../codeOptions';
import { usage } from '../options';
import { age, say, showTable } from '../show';

import type { NotebookSession } from '../../session';
import type { ICommand, ICountedCell, INotebook } from '../types';

/** `%emr disconnect`. */
export const disconnect: ICommand = {
  name: 'disconnect',
  summary: 'End the Spark session and forget the binding; the cluster stays',
  options: [BINDING_OPTION],
  async run({ args, cell, notebook }) {
    const { bindings } = notebook;
    const session = sessionOf(notebook, args);
    const name = args.get('name') ?? bindings.name;
    const { info } = session;
    await session.disconnect();
    bindings.forget(name);
    say(cell, info ? `Session ${info.id} ${info.name} ended.` : 'There was no session.');
  }
};

/** `%emr use`. */
export const use: ICommand = {
  name: 'use',
  summary: 'Make another binding the current one: plain cells run there',
  usage: 'NAME',
  options: [],
  run({ args, cell, notebook }) {
    const [name, ...more] = args.words;
    if (name === undefined || more.length > 0) {
      throw usage('%emr use needs one name.', `The bindings are ${bindingNames(notebook)}.`);
    }
    const { status: now } = notebook.bindings.use(name);
    say(cell, `${name} is the current binding: ${now.clusterName ?? 'not connected'}, ${now.state}.`);
    return Promise.resolve();
  }
};

/** `%emr status`. */
export const status: ICommand = {
  name: 'status',
  summary: 'What this notebook is connected to',
  options: [BINDING_OPTION],
  run({ args, cell, notebook }) {
    showBindings(cell, notebook);
    say(cell, statusText(sessionOf(notebook, args)));
    return Promise.resolve();
  }
};

/** The notebook's bindings, where there is more than one. */
export function showBindings(cell: ICountedCell, { bindings }: INotebook): void {
  const list = bindings.list();
  if (list.length > 1) {
    showTable(
      cell,
      ['binding', 'state', 'cluster', 'session', 'current'],
      list.map(({ name, session, isCurrent }) => [
        name,
        session.status.state,
        session.status.clusterName,
        session.info?.name,
        isCurrent ? 'yes' : ''
      ]),
      ''
    );
  }
}

function bindingNames({ bindings }: INotebook): string {
  return bindings
    .list()
    .map(item => item.name)
    .join(', ');
}

/** The status in lines. */
export function statusText({ status: now, info, offer }: NotebookSession): string {
  const lines: [string, string | undefined][] = [
    ['State', `${now.state}, for ${age(now.since)}`],
    [
      now.binding?.applicationId ? 'Serverless' : 'Cluster',
      now.clusterName ? `${now.clusterName}${boundName(now)}` : undefined
    ],
    ['Region', now.binding?.region],
    ['Runtime role', now.binding?.runtimeRole],
    ['Session', info ? `${info.id} ${info.name}` : undefined],
    ['Livy', info ? `${info.url}${info.version ? ` (${info.version})` : ''}` : undefined],
    ['Application', now.appId],
    ['Spark UI', now.sparkUiUrl],
    ['Driver log', now.driverLogUrl],
    [
      'TLS',
      info?.url.startsWith('https:')
        ? now.tlsVerified
          ? 'certificate verified'
          : 'certificate NOT verified'
        : undefined
    ],
    ['Credentials end', now.credentialsExpireAt],
    ['Why', now.reason ? errorText(now.reason) : undefined],
    ['Bind again with', !info && offer ? connectLine(offer.binding) : undefined]
  ];
  return lines
    .filter(([, value]) => value)
    .map(([name, value]) => `${`${name}:`.padEnd(17)}${value}`)
    .join('\n');
}

/** `%emr logs`. */
export const logs: ICommand = {
  name: 'logs',
  summary: 'Last lines of the session’s log',
  options: [{ name: 'lines', short: 'n', value: 'N', help: 'How many; 100 by default' }, BINDING_OPTION],
  async run({ args, cell, notebook }) {
    const lines = args.get('lines') ?? '100';
    if (!/^\d+$/.test(lines)) {
      throw usage(`-n of %emr logs cannot be "${lines}".`, 'It is a number of lines.');
    }
    say(cell, (await sessionOf(notebook, args).logs(Number(lines))).join('\n') || 'There is no log yet.');
  }
};

/** `%emr ui`. */
export const ui: ICommand = {
  name: 'ui',
  summary: 'A button that opens the Spark user interface',
  options: [{ name: 'cluster-id', value: 'j-…', help: 'Another cluster than the notebook’s' }, BINDING_OPTION],
  run({ args, cell, notebook }): Promise<void> {
    const session = sessionOf(notebook, args);
    const { binding, sparkUiUrl, appId } = session.status;
    if (binding?.applicationId && !args.has('cluster-id')) {
      applicationUi(session, binding.applicationId, cell);
      return Promise.resolve();
    }
    const clusterId = args.get('cluster-id') ?? binding?.clusterId;
    if (!clusterId) {
      if (sparkUiUrl) {
        say(cell, `Spark UI: ${sparkUiUrl}`);
        return Promise.resolve();
      }
      const { info } = session;
      if (info) {
        throw new EmrError({
          code: 'NoSparkUi',
          hop: 'livy',
          message: `Livy names no Spark UI for session ${info.id}: it knows the address only where Spark runs on YARN.`,
          fix: 'In a PySpark cell, sc.uiWebUrl says where the driver itself shows one.'
        });
      }
      throw new EmrError({
        code: 'NotConnected',
        hop: 'kernel',
        message: 'This notebook is not connected to a cluster.',
        fix: 'Connect first, or name one: %emr ui --cluster-id j-…'
      });
    }
    const mine = clusterId === binding?.clusterId;
    const parts = {
      clusterId,
      ...(mine && binding?.runtimeRole ? { runtimeRole: binding.runtimeRole } : {}),
      ...(mine && appId ? { applicationId: appId } : {})
    };
    // A presigned address is a pass for whoever has it, and outputs are saved: the page asks for it when one clicks.
    cell.display({
      'text/html': uiButton(parts, clusterId),
      'text/plain': [
        `Spark UI of ${clusterId}: in JupyterLab choose "Open Spark UI" in the notebook's EMR menu.`,
        'Its address is a pass for a while, so it is not written into the notebook.',
        ...(mine && sparkUiUrl ? [`Inside the cluster's network: ${sparkUiUrl}`] : [])
      ].join('\n')
    });
    return Promise.resolve();
  }
};

function uiButton(parts: Record<string, string>, label: string): string {
  return `<button class="jp-mod-styled jp-mod-accept" data-commandlinker-command="emr:open-spark-ui" data-commandlinker-args="${escape(JSON.stringify(parts))}">Open the Spark UI of ${escape(label)}</button>`;
}

/** The Spark UI of a session on EMR Serverless: its Spark application is a job run there. */
function applicationUi({ status: now, info }: NotebookSession, serverlessId: string, cell: ICountedCell): void {
  const { appId, clusterName = serverlessId } = now;
  if (!appId || !info) {
    throw new EmrError({
      code: 'NoSparkUi',
      hop: 'emr-serverless',
      message: `There is no Spark UI on ${clusterName} yet: ${info ? 'Livy does not name the Spark application of the session' : 'this notebook has no session there'}.`,
      fix: info ? 'Try again in a moment.' : 'Connect first: %emr connect.'
    });
  }
  const label = `session ${info.id} on ${clusterName}`;
  cell.display({
    'text/html': uiButton({ serverlessId, applicationId: appId }, label),
    'text/plain': [
      `Spark UI of ${label}: in JupyterLab choose "Open Spark UI" in the notebook's EMR menu.`,
      'Its address is a pass for an hour, so it is not written into the notebook.'
    ].join('\n')
  });
}

/** The region of the bound cluster, where it is known. */
export function boundRegion(notebook: INotebook): { region: string } | undefined {
  const region = notebook.session.status.binding?.region;
  return region ? { region } : undefined;
}
