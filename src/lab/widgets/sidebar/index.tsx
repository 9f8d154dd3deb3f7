import type { ITranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { emrIcon } from '../../icons';
import type { IApplications, IClusters, IEmrSettingsProvider, INotebookSessions, IPipelines } from '../../tokens';
import { DOMAIN, SIDEBAR_ID } from '../../tokens';
import type { IApplicationActions } from '../applications';
import type { IReveal, IRunActions } from '../pipelines';
import type { SidebarView } from './body';
import { SidebarBody } from './body';

/** Options of {@link Sidebar}. */
export interface ISidebarOptions {
  clusters: IClusters;
  pipelines: IPipelines;
  runActions: IRunActions;
  applications: IApplications;
  notebooks: INotebookSessions;
  applicationActions: IApplicationActions;
  commands: CommandRegistry;
  settings: IEmrSettingsProvider;
  translator: ITranslator;
}

/** Products to launch and the clusters there are. */
export class Sidebar extends ReactWidget {
  constructor(options: ISidebarOptions) {
    super();
    this._options = options;
    const trans = options.translator.load(DOMAIN);
    this.id = SIDEBAR_ID;
    this.addClass('jp-EMR-sidebar');
    this.title.icon = emrIcon;
    this.title.caption = trans.__('Amazon EMR clusters');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Amazon EMR clusters'));
  }

  /** Show the form of a product. */
  showForm(productId: string, name?: string): void {
    this._show({ kind: 'form', productId, ...(name === undefined ? {} : { name }) });
  }

  /** Show products and clusters. */
  showHome(): void {
    this._show({ kind: 'home' });
  }

  /** Unfold the pipelines, and bring one of them into sight. */
  showPipelines(reveal: IReveal): void {
    this._view = { kind: 'home' };
    this._reveal = reveal;
    this.update();
  }

  /** Ask for all that is shown anew. */
  async refresh(): Promise<void> {
    this._round++;
    this.update();
    const { clusters, pipelines, applications } = this._options;
    await Promise.all([clusters, ...[pipelines, applications].filter(({ started }) => started)].map(m => m.refresh()));
  }

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.focus();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._options.clusters.start();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._options.clusters.start();
    }
  }

  protected override render(): React.JSX.Element {
    const { translator } = this._options;
    return (
      <SidebarBody
        {...this._options}
        trans={translator.load(DOMAIN)}
        view={this._view}
        round={this._round}
        onView={view => this._show(view)}
        onRefresh={() => void this.refresh()}
        {...(this._reveal ? { reveal: this._reveal } : {})}
      />
    );
  }

  private _show(view: SidebarView): void {
    this._view = view;
    // It was shown: coming back from a form does not scroll there again.
    this._reveal = undefined;
    this.update();
    this.node.scrollTop = 0;
    // What had the focus goes away with the view before: the keyboard goes on at the top of the new one.
    this.node.focus();
  }

  private readonly _options: ISidebarOptions;
  private _view: SidebarView = { kind: 'home' };
  private _reveal: IReveal | undefined;
  private _round = 0;
}
