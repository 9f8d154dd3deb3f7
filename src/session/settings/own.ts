import { layered } from './layers';
import { checkSettings } from './settings';

import type { ISiteConfig } from '../../config';
import type { INotebookBinding } from '../../protocol';
import type { ILayer } from './layers';
import type { SessionSettings } from './settings';
import type { ISparkmagicConfig } from './sparkmagic';

/** Settings of the sessions of one binding: files and the user's own, the notebook's, and what `%%configure` said. */
export class OwnSettings {
  /** What `%%configure` said, for the next session. */
  cell: SessionSettings = {};
  /** The notebook's layer; kept when one disconnects, as the notebook keeps it. */
  notebook?: INotebookBinding['settings'];

  constructor(
    private readonly from: {
      site: ISiteConfig;
      sparkmagic: ISparkmagicConfig;
      env: NodeJS.ProcessEnv;
      user?: { settings: SessionSettings };
    }
  ) {}

  /**
   * Settings of the next session.
   *
   * @throws EmrError where a layer cannot be used
   */
  next(): SessionSettings {
    return layered(this.layers(), this.from.env);
  }

  /** Where they come from, lowest layer first. */
  layers(): ILayer[] {
    const { site, user, sparkmagic } = this.from;
    return [
      { name: 'sparkmagic', settings: sparkmagic.sessionConfigs ?? {} },
      { name: 'site', settings: checkSettings(site.sessionDefaults ?? {}, undefined, 'sessionDefaults of the site') },
      { name: 'user', settings: user?.settings ?? {} },
      { name: 'notebook', settings: checkSettings(this.notebook ?? {}, undefined, 'The notebook’s settings') },
      { name: 'cell', settings: this.cell }
    ];
  }
}
