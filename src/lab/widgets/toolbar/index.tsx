import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import * as React from 'react';

import type { INotebookSession } from '../../tokens';
import { CommandIDs } from '../../tokens';
import { BindingButton } from './body';

/** The notebook toolbar's item. */
export class BindingWidget extends ReactWidget {
  constructor(
    private readonly _session: INotebookSession,
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-EMR-toolbarItem');
  }

  protected override render(): React.JSX.Element {
    return (
      <BindingButton
        session={this._session}
        trans={this._trans}
        onConnect={() => void this._commands.execute(CommandIDs.connect, { path: this._session.path })}
        onMenu={anchor => this._openMenu(anchor)}
      />
    );
  }

  private _openMenu(anchor: HTMLElement): void {
    const { path, binding, status } = this._session;
    const bindings = status?.bindings ?? [];
    const menu = new Menu({ commands: this._commands });
    menu.addClass('jp-EMR-menu');
    menu.node.dataset['emr'] = 'binding-menu';
    if (bindings.length > 1) {
      for (const { name } of bindings) {
        menu.addItem({ command: CommandIDs.useBinding, args: { path, name } });
      }
      menu.addItem({ type: 'separator' });
    }
    for (const command of [
      CommandIDs.connect,
      CommandIDs.startAnew,
      CommandIDs.disconnect,
      CommandIDs.sparkUi,
      CommandIDs.showLogs,
      CommandIDs.promote
    ]) {
      menu.addItem({ command, args: { path } });
    }
    if (!binding?.applicationId) {
      menu.addItem({ type: 'separator' });
      menu.addItem({ command: CommandIDs.terminate, args: { key: binding?.clusterId ?? '' } });
    }
    // A chosen item runs after the menu closed.
    menu.aboutToClose.connect(() => requestAnimationFrame(() => menu.dispose()));
    const { left, bottom } = anchor.getBoundingClientRect();
    menu.open(left, bottom);
  }
}
