import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { IJsonObject, Json } from '../../protocol';
import type { IEmrSettings, IEmrSettingsProvider, IRoleSetting } from '../tokens';

/** What counts where the user set nothing. */
export const DEFAULTS: IEmrSettings = {
  runtimeRoles: [],
  allowTerminateJobFlows: false,
  autoConnect: false,
  region: '',
  caBundle: '',
  notifications: true,
  sessionSettings: {},
  notifyAfterMinutes: 0
};

function toRoles(value: unknown): IRoleSetting[] {
  const roles: unknown[] = Array.isArray(value) ? value : [];
  return roles.filter(
    (role): role is IRoleSetting =>
      typeof role === 'object' && role !== null && typeof (role as IRoleSetting).arn === 'string'
  );
}

/** Without what says nothing: the form of the settings editor keeps an empty text for a field that was emptied. */
function filled(value: unknown): IJsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {};
  }
  const result: IJsonObject = {};
  for (const [name, item] of Object.entries(value as Record<string, Json>)) {
    const inner = name === 'conf' ? filled(item) : item;
    const empty = inner === null || inner === '' || (typeof inner === 'object' && Object.keys(inner).length === 0);
    if (!empty) {
      result[name] = typeof inner === 'string' ? inner.trim() : inner;
    }
  }
  return result;
}

/** The settings; the defaults until, and where, the registry has none. */
export class SettingsModel implements IEmrSettingsProvider {
  get current(): IEmrSettings {
    return this._current;
  }

  get changed(): ISignal<IEmrSettingsProvider, void> {
    return this._changed;
  }

  /** Follow a plugin's settings. */
  connect(settings: ISettingRegistry.ISettings): void {
    const take = () => {
      const value = settings.composite;
      const progressAtEnd = value['progressAtEnd'];
      this._current = {
        runtimeRoles: toRoles(value['runtimeRoles']),
        allowTerminateJobFlows: value['allowTerminateJobFlows'] === true,
        autoConnect: value['autoConnect'] === true,
        region: typeof value['region'] === 'string' ? value['region'] : '',
        caBundle: typeof value['caBundle'] === 'string' ? value['caBundle'] : '',
        notifications: value['notifications'] !== false,
        sessionSettings: filled(value['sessionSettings']),
        ...(progressAtEnd === 'keep' || progressAtEnd === 'remove' ? { progressAtEnd } : {}),
        notifyAfterMinutes: typeof value['notifyAfterMinutes'] === 'number' ? value['notifyAfterMinutes'] : 0
      };
      this._changed.emit();
    };
    settings.changed.connect(take);
    take();
  }

  private readonly _changed = new Signal<IEmrSettingsProvider, void>(this);
  private _current = DEFAULTS;
}
