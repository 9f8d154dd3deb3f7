import { randomUUID } from 'node:crypto';

import { AWS_OPTIONS, awsContext } from '../bind';
import { nearest, usage } from '../options';
import { ProgressDisplay, STARTING_AFTER_MS } from '../progress';
import { say, showTable } from '../show';
import { followCluster } from './follow';

import type { IControlService } from '../../control';
import type { ILaunchPath, IProductDetail, IProductForm, IProductVersion } from '../../protocol';
import type { ICommand } from '../types';

/** The part of a JSON schema that is read here. */
interface ISchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, ISchema>;
  required?: string[];
}

/** `%emr products`. */
export const products: ICommand = {
  name: 'products',
  summary: 'What you can make; with a name: its versions and parameters',
  usage: '[NAME]',
  options: AWS_OPTIONS,
  async run({ args, cell, notebook }) {
    const control = await notebook.control(awsContext('%emr products', args));
    const name = args.words.join(' ');
    const list = await control.call('products.list', {}, { signal: cell.signal });
    const found = list.find(item => item.productId === name || item.name === name);
    if (!found) {
      const shown = name ? list.filter(item => item.name.toLowerCase().includes(name.toLowerCase())) : list;
      showTable(
        cell,
        ['name', 'id', 'description'],
        shown.map(item => [item.name, item.productId, item.description]),
        name ? `No product’s name contains "${name}".` : 'There are no products that you may launch.'
      );
      return;
    }
    const detail = await control.call('products.describe', { productId: found.productId }, { signal: cell.signal });
    const version = pickVersion(detail, undefined);
    const path = detail.launchPaths[0];
    const form = await control.call(
      'products.form',
      { productId: found.productId, versionId: version.versionId, ...(path ? { pathId: path.pathId } : {}) },
      { signal: cell.signal }
    );
    say(cell, `${detail.name} (${detail.productId}): ${detail.description}`);
    say(
      cell,
      `Versions: ${detail.versions.map(item => item.name + (item.guidance === 'DEPRECATED' ? ' (deprecated)' : item.versionId === version.versionId ? ' (default)' : '')).join(', ')}`
    );
    say(cell, `Launch paths: ${detail.launchPaths.map(item => item.name).join(', ')}`);
    const { properties, required } = parametersOf(form);
    showTable(
      cell,
      ['parameter', 'default', 'choices', 'needed', 'description'],
      Object.entries(properties).map(([key, item]) => [
        key,
        item.default,
        item.enum?.join(', '),
        required.has(key) ? 'yes' : '',
        item.description ?? item.title
      ]),
      'It takes no parameters.'
    );
  }
};

/** `%emr provision`. */
export const provision: ICommand = {
  name: 'provision',
  summary: 'Make a cluster from a product and wait until it is ready',
  usage: 'NAME',
  options: [
    { name: 'product', value: 'NAME', help: 'The product, by name or id; %emr products lists them' },
    { name: 'version', value: 'NAME', help: 'Without it the default one' },
    { name: 'path', value: 'NAME', help: 'Launch path, where there are several' },
    { name: 'param', short: 'p', value: 'KEY=VALUE', multiple: true, help: 'A parameter of the product' },
    { name: 'tag', short: 't', value: 'KEY=VALUE', multiple: true, help: 'A choice among its tag options' },
    { name: 'no-wait', help: 'Do not wait until it is ready' },
    ...AWS_OPTIONS
  ],
  async run({ args, cell, notebook }) {
    const [name, ...others] = args.words;
    if (!name || others.length > 0) {
      throw usage(
        '%emr provision needs one name for the new cluster.',
        'e.g. %emr provision my-trial --product "Small cluster"'
      );
    }
    if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$/.test(name)) {
      throw usage(
        `"${name.slice(0, 60)}" cannot be the name of a cluster.`,
        'Letters, digits, ".", "_" and "-", 128 at most.'
      );
    }
    const parameters = pairs('--param', args.all('param'));
    const tags = pairs('--tag', args.all('tag'));
    const control = await notebook.control(awsContext('%emr provision', args));
    const progress = new ProgressDisplay(cell, STARTING_AFTER_MS);
    try {
      progress.say('Asking Service Catalog');
      const detail = await findProduct(control, args.get('product'), cell.signal);
      const version = pickVersion(detail, args.get('version'));
      const path = pickPath(detail, args.get('path'));
      const which = {
        productId: detail.productId,
        versionId: version.versionId,
        ...(path ? { pathId: path.pathId } : {})
      };
      const form = await control.call('products.form', which, { signal: cell.signal });
      const result = await control.call(
        'products.provision',
        { ...which, name, parameters: typed(form, parameters), tags, token: randomUUID() },
        { signal: cell.signal }
      );
      if (args.has('no-wait')) {
        progress.end(true);
        say(cell, `${name} was asked for (${result.provisionedProductId}). %emr clusters shows how far it is.`);
        return;
      }
      const cluster = await followCluster(control, result.provisionedProductId, 'ready', progress, cell.signal);
      progress.end(true);
      say(cell, `${name} is ready: ${cluster?.clusterId}. Bind this notebook to it with`);
      const roles = notebook.site.runtimeRoles ?? [];
      const role = roles.length === 1 ? roles[0]?.arn : 'ARN';
      say(cell, `%emr connect --cluster-id ${cluster?.clusterId} --runtime-role ${role}`);
      if (roles.length > 1) {
        say(cell, `Roles of this site: ${roles.map(item => item.arn).join(', ')}`);
      }
    } finally {
      progress.end();
    }
  }
};

async function findProduct(
  control: IControlService,
  wanted: string | undefined,
  signal: AbortSignal
): Promise<IProductDetail> {
  const list = await control.call('products.list', {}, { signal });
  const found = wanted
    ? (list.find(item => item.productId === wanted || item.name === wanted) ??
      list.find(item => item.name.toLowerCase() === wanted.toLowerCase()))
    : list.length === 1
      ? list[0]
      : undefined;
  if (!found) {
    throw usage(
      wanted ? `There is no product "${wanted}" that you may launch.` : '%emr provision needs --product.',
      list.length
        ? `There are ${list.map(item => `"${item.name}"`).join(', ')}.`
        : 'Ask your administrator for access to one.'
    );
  }
  return control.call('products.describe', { productId: found.productId }, { signal });
}

function pickVersion(detail: IProductDetail, wanted: string | undefined): IProductVersion {
  const version = wanted
    ? detail.versions.find(item => item.versionId === wanted || item.name === wanted)
    : (detail.versions.find(item => item.versionId === detail.defaultVersionId) ?? detail.versions[0]);
  if (!version) {
    throw usage(
      wanted ? `${detail.name} has no version "${wanted}".` : `${detail.name} has no version that can be launched.`,
      detail.versions.length ? `There are ${detail.versions.map(item => item.name).join(', ')}.` : undefined
    );
  }
  return version;
}

function pickPath(detail: IProductDetail, wanted: string | undefined): ILaunchPath | undefined {
  const path = wanted
    ? detail.launchPaths.find(item => item.pathId === wanted || item.name === wanted)
    : detail.launchPaths.length > 1
      ? undefined
      : detail.launchPaths[0];
  if (!path && (wanted || detail.launchPaths.length > 1)) {
    throw usage(
      wanted ? `${detail.name} has no launch path "${wanted}".` : `${detail.name} can be launched on several paths.`,
      `Give --path: ${detail.launchPaths.map(item => `"${item.name}"`).join(' or ')}.`
    );
  }
  return path;
}

function pairs(option: string, texts: string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=');
      if (at < 1) {
        throw usage(`${option} "${text}" is not KEY=VALUE.`, `e.g. ${option} InstanceCount=2`);
      }
      return [text.slice(0, at), text.slice(at + 1)];
    })
  );
}

function parametersOf(form: IProductForm): { properties: Record<string, ISchema>; required: Set<string> } {
  const schema = (form.schema as ISchema).properties?.['parameters'];
  return { properties: schema?.properties ?? {}, required: new Set(schema?.required ?? []) };
}

/** Parameters in the types that the form's schema asks for. */
function typed(form: IProductForm, given: Record<string, string>): Record<string, unknown> {
  const { properties, required } = parametersOf(form);
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(given)) {
    const schema = properties[key];
    if (!schema) {
      const near = nearest(key, Object.keys(properties));
      throw usage(
        `The product has no parameter ${key}.`,
        near ? `Did you mean ${near}?` : `It has ${Object.keys(properties).join(', ') || 'none'}.`
      );
    }
    if ((schema.type === 'number' || schema.type === 'integer') && !Number.isFinite(Number(text))) {
      throw usage(`${key} cannot be "${text}".`, 'It is a number.');
    }
    values[key] =
      schema.type === 'number' || schema.type === 'integer'
        ? Number(text)
        : schema.type === 'array'
          ? text.split(',').map(item => item.trim())
          : text;
  }
  const missing = [...required].filter(key => !(key in values) && properties[key]?.default === undefined);
  if (missing.length > 0) {
    throw usage(`The product needs ${missing.join(', ')}.`, missing.map(key => `--param ${key}=…`).join(' '));
  }
  for (const [key, schema] of Object.entries(properties)) {
    if (!(key in values) && schema.default !== undefined) {
      values[key] = schema.default;
    }
  }
  return values;
}
