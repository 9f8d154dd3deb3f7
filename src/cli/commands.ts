/** What the commands that ask AWS do. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { chooseProduct, connectInfo, findCluster, follow } from '../control';
import type { IWanted } from '../control';
import type { ICluster, IErrorInfo, IProductDetail } from '../protocol';
import { EmrError } from '../protocol';
import type { ISchema } from '../control/form';
import type { CommandBody, ICommon, IContext } from './context';
import { INTERRUPTED } from './context';
import { Progress, duration, table } from './output';

function print(context: IContext<ICommon>, value: unknown, text: () => string): void {
  context.terminal.out(context.options.json ? `${JSON.stringify(value, undefined, 2)}\n` : text());
}

export const clustersCommand: CommandBody<ICommon & { ended?: boolean }> = async context => {
  const list = await context.control().call('clusters.list', { ended: context.options.ended }, context);
  print(context, list, () => {
    const stale = list.stale ? `! ${list.stale.message}\n` : '';
    if (list.clusters.length === 0) {
      return `${stale}No clusters. Launch one: jupyter emr provision NAME --product PRODUCT\n`;
    }
    return stale + table(['NAME', 'STATE', 'CLUSTER', 'UP', 'SIZE', 'BY', 'KEY'], list.clusters.map(clusterLine));
  });
  return 0;
};

function clusterLine(row: ICluster): string[] {
  const from = row.readyAt ?? row.createdAt;
  const to = row.endedAt ? Date.parse(row.endedAt) : Date.now();
  return [
    row.name,
    row.state,
    row.clusterId ?? '-',
    from ? duration(to - Date.parse(from)) : '-',
    row.size ?? '-',
    row.mine ? 'you' : (row.createdBy ?? '-'),
    row.key
  ];
}

interface IProductOptions extends ICommon {
  versionName?: string;
  path?: string;
}

export const productsCommand: CommandBody<IProductOptions> = async context => {
  const control = context.control();
  if (context.argument === undefined) {
    const products = await control.call('products.list', {}, context);
    print(context, products, () =>
      products.length === 0
        ? 'No products: ask the platform team for access to a Service Catalog portfolio.\n'
        : table(
            ['NAME', 'PRODUCT', 'DESCRIPTION'],
            products.map(one => [one.name, one.productId, one.description])
          )
    );
    return 0;
  }
  const { product, id } = await chooseProduct(control, wanted(context.argument, context.options), context.signal);
  const form = await control.call('products.form', id, context);
  print(context, { ...product, form }, () => productText(product, form.schema));
  return 0;
};

function productText(product: IProductDetail, schema: Record<string, unknown>): string {
  const sections = schema['properties'] as Record<string, ISchema>;
  const lines = Object.entries(sections).flatMap(([section, { properties = {}, required = [] }]) =>
    Object.entries(properties).map(([key, field]) => [
      section === 'tags' ? `tag ${key}` : key,
      required.includes(key) && field.default === undefined ? 'needed' : JSON.stringify(field.default ?? ''),
      [
        field.description,
        field.enum ? `one of ${field.enum.join(', ')}` : undefined,
        field.pattern ? `matches ${field.pattern}` : undefined,
        field.minimum === undefined ? undefined : `≥ ${field.minimum}`,
        field.maximum === undefined ? undefined : `≤ ${field.maximum}`
      ]
        .filter(Boolean)
        .join('; ')
    ])
  );
  const note = { DEFAULT: ' (default)', DEPRECATED: ' (deprecated)', NONE: '' };
  return [
    `${product.name} (${product.productId})\n${product.description}\n`,
    `Versions: ${product.versions.map(one => one.name + note[one.guidance]).join(', ')}\n`,
    product.launchPaths.length > 1
      ? `Launch paths: ${product.launchPaths.map(one => `${one.name} (${one.pathId})`).join(', ')}\n`
      : '',
    table(['PARAMETER', 'DEFAULT', ''], lines)
  ].join('');
}

function wanted(product: string | undefined, { versionName, path }: IProductOptions): IWanted {
  return {
    ...(product === undefined ? {} : { product }),
    ...(versionName === undefined ? {} : { version: versionName }),
    ...(path === undefined ? {} : { path })
  };
}

interface IProvisionOptions extends IProductOptions {
  product?: string;
  param?: Record<string, string>;
  paramsFile?: string;
  tag?: Record<string, string>;
  token?: string;
  follow: boolean;
}

export const provisionCommand: CommandBody<IProvisionOptions> = async context => {
  const { options } = context;
  const control = context.control();
  const parameters = { ...(options.paramsFile ? readParameters(options.paramsFile) : {}), ...options.param };
  const { id } = await chooseProduct(control, wanted(options.product, options), context.signal);
  const name = context.argument ?? '';
  const made = await control.call(
    'products.provision',
    { ...id, name, parameters, tags: options.tag ?? {}, token: options.token ?? randomUUID() },
    context
  );
  if (!options.follow) {
    print(context, { name, ...made }, () => `"${name}" is being launched: ${made.provisionedProductId}\n`);
    return 0;
  }
  try {
    const row = await watchRow(context, made.provisionedProductId, name, 'ready');
    print(context, { ...made, cluster: row }, () => readyText(row));
    return 0;
  } catch (error) {
    if (!context.signal.aborted) {
      throw error;
    }
    context.terminal.err(
      `No longer following; the cluster goes on starting. See it: jupyter emr clusters. End it: jupyter emr terminate ${made.provisionedProductId}\n`
    );
    return INTERRUPTED;
  }
};

function readParameters(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    throw new Error('it is not a JSON object');
  } catch (error) {
    const why =
      error instanceof SyntaxError ? 'it is not JSON' : error instanceof Error ? error.message : String(error);
    throw new EmrError({
      code: 'BadParamsFile',
      hop: 'config',
      message: `The parameters in ${file} cannot be read: ${why}.`,
      fix: 'Write {"Name": value, …} into it.'
    });
  }
}

function readyText(row: ICluster | undefined): string {
  const took =
    row?.createdAt && row.readyAt ? ` after ${duration(Date.parse(row.readyAt) - Date.parse(row.createdAt))}` : '';
  return `"${row?.name ?? ''}" is ready${took}: ${row?.clusterId ?? ''}\nConnect: jupyter emr connect-info ${row?.clusterId ?? ''}\n`;
}

/** Follow a row with a line of progress. */
async function watchRow(
  context: IContext<ICommon>,
  key: string,
  name: string,
  goal: 'ready' | 'ended',
  before?: ICluster
): Promise<ICluster | undefined> {
  const started = Date.now();
  const progress = new Progress(context.terminal);
  let now: ICluster | undefined;
  let trouble: IErrorInfo | undefined;
  const show = () => {
    const phases = now?.timeline.filter(one => one.status !== 'pending') ?? [];
    const phase = (phases.find(one => one.status === 'active') ?? phases.at(-1))?.label ?? 'Requested';
    const elapsed = context.terminal.interactive ? ` ${duration(Date.now() - started)}` : '';
    progress.show(
      `${name}: ${phase}${now?.clusterId ? ` (${now.clusterId})` : ''}${elapsed}${trouble ? ` – ${trouble.message}` : ''}`
    );
  };
  const tick = context.terminal.interactive ? setInterval(show, 1000) : undefined;
  try {
    return await follow(context.control(), key, goal, {
      signal: context.signal,
      ...(before ? { before } : {}),
      onChange: (row, stale) => {
        now = row ?? now;
        trouble = stale;
        show();
      }
    });
  } finally {
    clearInterval(tick);
    progress.end();
  }
}

export const connectInfoCommand: CommandBody<ICommon & { runtimeRole?: string }> = async context => {
  const { argument = '', options } = context;
  const info = await connectInfo(
    context.control(),
    context.controlOptions(),
    argument,
    options.runtimeRole,
    context.signal
  );
  print(context, info, () =>
    [
      `${info.connect}\n`,
      `\n${info.applicationId ? 'Serverless' : 'Cluster'.padEnd(10)}${info.applicationId ? ' ' : ''}${info.name} (${info.clusterId ?? info.applicationId ?? ''}), ${info.state}, ${info.region}\n`,
      `Endpoint  ${info.endpoint ?? 'not known before the cluster is ready'}\n`,
      ...info.roles.map(role => `Role      ${role.arn}\n`)
    ].join('')
  );
  return 0;
};

interface ITerminateOptions extends ICommon {
  allowTerminateJobFlows?: boolean;
  follow: boolean;
}

export const terminateCommand: CommandBody<ITerminateOptions> = async context => {
  const { argument = '', options } = context;
  const control = context.control();
  const byId = /^(j-|pp-)/.test(argument);
  const before = await findCluster(control, argument, context.signal).catch((error: unknown) => {
    // By its id it can be terminated even where it cannot be listed; by its name only what is found.
    if (!byId) {
      throw error;
    }
    return undefined;
  });
  const key = before?.key ?? argument;
  const name = before?.name ?? key;
  const answer = await control.call(
    'clusters.terminate',
    { key, token: randomUUID(), allowTerminateJobFlows: options.allowTerminateJobFlows },
    context
  );
  if (!options.follow) {
    print(context, answer, () => `"${name}" is being terminated.\n`);
    return 0;
  }
  try {
    const row = await watchRow(context, answer.key, name, 'ended', before);
    print(context, { ...answer, ...(row ? { cluster: row } : {}) }, () => `"${name}" is terminated.\n`);
    return 0;
  } catch (error) {
    if (!context.signal.aborted) {
      throw error;
    }
    context.terminal.err('No longer following; it goes on terminating. See it: jupyter emr clusters --ended\n');
    return INTERRUPTED;
  }
};
