/**
 * Settings of a session request in layers, and the environment's variables in them. Later layers win:
 * sparkmagic's file, the site, the user, the notebook, the cell.
 */
import { EmrError } from '../../protocol';
import { mergeSettings } from './settings';

import type { SessionSettings } from './settings';

/** Where a setting comes from, lowest first. */
export type LayerName = 'sparkmagic' | 'site' | 'user' | 'notebook' | 'cell';

/** What each layer is called when one speaks to a user. */
export const LAYER_TITLES: Readonly<Record<LayerName, string>> = {
  sparkmagic: 'sparkmagic’s config.json',
  site: 'the site’s configuration',
  user: 'your settings',
  notebook: 'the notebook',
  cell: '%%configure'
};

/** One layer. */
export interface ILayer {
  name: LayerName;
  settings: SessionSettings;
}

/** One effective setting; of `conf` each property by itself, as `conf.spark.…`. */
export interface IOrigin {
  field: string;
  value: unknown;
  layer: LayerName;
}

/** Variables that hold credentials by their names: a session's settings are shown, logged and kept by YARN. */
const SECRET = /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY/i;

/** All layers laid over each other, variables put in. @throws EmrError `BadConfigure` */
export function layered(layers: readonly ILayer[], env: NodeJS.ProcessEnv): SessionSettings {
  return mergeSettings(...layers.map(layer => withVariables(layer, env)));
}

/** Each effective setting with the layer that it comes from, in the order of first mention. */
export function origins(layers: readonly ILayer[], env: NodeJS.ProcessEnv): IOrigin[] {
  const found = new Map<string, IOrigin>();
  for (const layer of layers) {
    for (const [field, value] of Object.entries(withVariables(layer, env))) {
      const parts: [string, unknown][] =
        field === 'conf' && isObject(value)
          ? Object.entries(value).map(([key, item]) => [`conf.${key}`, item])
          : [[field, value]];
      for (const [name, item] of parts) {
        found.set(name, { field: name, value: item, layer: layer.name });
      }
    }
  }
  return [...found.values()];
}

function withVariables({ name, settings }: ILayer, env: NodeJS.ProcessEnv): SessionSettings {
  return Object.fromEntries(
    Object.entries(settings).map(([field, value]) => [field, substitute(value, field, name, env)])
  );
}

/** `${NAME}` in any string; `$${` is a plain `${`. Spark's own `${spark.…}` and `${env:…}` are left to Spark. */
function substitute(value: unknown, field: string, layer: LayerName, env: NodeJS.ProcessEnv): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\$\{|\$\{([A-Za-z_]\w*)\}/g, (_sign, name: string | undefined) =>
      name === undefined ? '${' : variable(name, field, layer, env)
    );
  }
  if (Array.isArray(value)) {
    return value.map(item => substitute(item, field, layer, env));
  }
  return isObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, substitute(item, `${field}.${key}`, layer, env)])
      )
    : value;
}

function variable(name: string, field: string, layer: LayerName, env: NodeJS.ProcessEnv): string {
  const where = `${field} (${LAYER_TITLES[layer]})`;
  if (SECRET.test(name)) {
    throw new EmrError({
      code: 'SecretInSettings',
      hop: 'config',
      message: `${where} names \${${name}}, which by its name holds a credential.`,
      fix: 'A session’s settings are shown in Livy, in YARN and in Spark’s UI: let the cluster’s role or a secret store give Spark the credential.'
    });
  }
  const value = env[name];
  if (value === undefined) {
    throw new EmrError({
      code: 'BadConfigure',
      hop: 'config',
      message: `${where} names \${${name}}, and there is no variable ${name} in the kernel’s environment.`,
      fix: `Set ${name} where Jupyter Server is started, or write $\${${name}} if that text is meant.`
    });
  }
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
