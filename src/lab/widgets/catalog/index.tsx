import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget, searchIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { ITableRef } from '../../../protocol';
import type { ICatalogProps } from './body';
import { CatalogBody } from './body';

export type { ICatalogActions } from './body';

/** Options of {@link CatalogPage}. */
export type ICatalogPageOptions = Omit<ICatalogProps, 'table' | 'onTable'> & { table?: ITableRef };

/** The catalogue's page. */
export class CatalogPage extends ReactWidget {
  constructor(private readonly _options: ICatalogPageOptions) {
    super();
    this._table = _options.table;
    this.addClass('jp-EMR-catalog-page');
  }

  get table(): ITableRef | undefined {
    return this._table;
  }

  get model(): ICatalogProps['model'] {
    return this._options.model;
  }

  /** What a restored page opens with became another. */
  get stateChanged(): ISignal<CatalogPage, void> {
    return this._stateChanged;
  }

  /** Open the page of a data set; undefined: the list. */
  openTable(table: ITableRef | undefined): void {
    this._table = table;
    this.update();
    this._stateChanged.emit();
  }

  /** One comes to search: what is typed goes into the search. */
  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.querySelector<HTMLElement>('[data-emr=catalog-search]')?.focus();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._options.model.dispose();
      super.dispose();
    }
  }

  protected override render(): React.JSX.Element {
    return (
      <CatalogBody
        {...this._options}
        table={this._table}
        onTable={table => {
          this.openTable(table);
        }}
      />
    );
  }

  private readonly _stateChanged = new Signal<CatalogPage, void>(this);
  private _table: ITableRef | undefined;
}

/** The page as a tab of the main area. */
export function catalogWidget(options: ICatalogPageOptions): MainAreaWidget<CatalogPage> {
  const widget = new MainAreaWidget({ content: new CatalogPage(options) });
  widget.id = 'emr-catalog';
  widget.title.label = options.trans.__('Data catalogue');
  widget.title.icon = searchIcon;
  widget.title.closable = true;
  return widget;
}
