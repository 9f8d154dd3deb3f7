import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { SettingsModel } from '../model/settings';
import { IEmrSettingsProvider } from '../tokens';

/** The settings of `schema/plugin.json`; they reach the kernels as parameters of comm messages only. */
export const settingsPlugin: JupyterFrontEndPlugin<IEmrSettingsProvider> = {
  id: 'jupyterlab-emr:plugin',
  description: 'Settings of the EMR extension.',
  optional: [ISettingRegistry],
  provides: IEmrSettingsProvider,
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry | null): IEmrSettingsProvider => {
    const model = new SettingsModel();
    registry
      ?.load(settingsPlugin.id)
      .then(settings => model.connect(settings))
      .catch(error => console.warn('jupyterlab-emr: the settings could not be loaded.', error));
    return model;
  }
};
