import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { applicationsPlugin } from './plugins/applications';
import { bindingsPlugin } from './plugins/bindings';
import { catalogPlugin } from './plugins/catalog';
import { clustersPlugin } from './plugins/clusters';
import { connectPlugin } from './plugins/connect';
import { controlPlugin } from './plugins/control';
import { linksPlugin } from './plugins/links';
import { notebooksPlugin } from './plugins/notebooks';
import { notificationsPlugin } from './plugins/notifications';
import { palettePlugin } from './plugins/palette';
import { pipelinesPlugin } from './plugins/pipelines';
import { promotePlugin } from './plugins/promote';
import { reattachPlugin } from './plugins/reattach';
import { renderersPlugin } from './plugins/renderers';
import { runNotificationsPlugin } from './plugins/runNotifications';
import { settingsPlugin } from './plugins/settings';
import { sidebarPlugin } from './plugins/sidebar';
import { teardownPlugin } from './plugins/teardown';
import { toolbarPlugin } from './plugins/toolbar';

/** The extension's plugins, one concern each. */
const plugins: JupyterFrontEndPlugin<unknown>[] = [
  settingsPlugin,
  controlPlugin,
  clustersPlugin,
  notebooksPlugin,
  pipelinesPlugin,
  applicationsPlugin,
  sidebarPlugin,
  connectPlugin,
  bindingsPlugin,
  reattachPlugin,
  teardownPlugin,
  linksPlugin,
  promotePlugin,
  catalogPlugin,
  notificationsPlugin,
  runNotificationsPlugin,
  toolbarPlugin,
  palettePlugin,
  renderersPlugin
];

export default plugins;
