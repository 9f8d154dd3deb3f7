import { randomUUID } from 'node:crypto';

import { choiceIn, chooseProduct } from '../../control/choose';
import { CLUSTER_NAME } from '../../protocol';
import { AWS_OPTIONS, awsContext } from '../bind';
import { usage } from '../options';
import { ProgressDisplay, STARTING_AFTER_MS } from '../progress';
import { say, showTable } from '../show';
import { followCluster } from './follow';

import type { ISchema } from '../../control/form';
import type { IProductForm } from '../../protocol';
import type { ICommand } from '../types';

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
    // Any of its paths will do to read the parameters.
    const detail = await control.call('products.describe', { productId: found.productId }, { signal: cell.signal });
    const path = detail.launchPaths[0]?.pathId;
    const { version, id } = choiceIn(detail, path ? { path } : {});
    const form = await control.call('products.form', id, { signal: cell.signal });
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
    if (!CLUSTER_NAME.test(name)) {
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
      const { id } = await chooseProduct(
        control,
        { product: args.get('product'), version: args.get('version'), path: args.get('path') },
        cell.signal
      );
      const result = await control.call(
        'products.provision',
        { ...id, name, parameters, tags, token: randomUUID() },
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
