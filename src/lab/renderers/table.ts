import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  BasicKeyHandler,
  BasicMouseHandler,
  BasicSelectionModel,
  DataGrid,
  DataModel,
  TextRenderer
} from '@lumino/datagrid';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';

import type { ITable } from '../../protocol';
import { TABLE_MIME } from '../../protocol';
import { cellText, isNumeric, toTable } from './cells';

const ROW = 22;
const HEADER = 24;
/** Rows shown at once; the grid scrolls beyond. */
const VISIBLE = 15;

/** A table as the grid's data. */
export class TableModel extends DataModel {
  constructor(private readonly _table: ITable) {
    super();
  }

  rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? this._table.rows.length : 1;
  }

  columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this._table.columns.length : 1;
  }

  data(region: DataModel.CellRegion, row: number, column: number): string {
    switch (region) {
      case 'body':
        return cellText(this._table.rows[row]?.[column]);
      case 'column-header':
        return this._table.columns[column]?.name ?? '';
      case 'row-header':
        return String(row + 1);
      default:
        return '';
    }
  }

  override metadata(region: DataModel.CellRegion, row: number, column: number): DataModel.Metadata {
    if (region !== 'body') {
      return DataModel.emptyMetadata;
    }
    const value = this._table.rows[row]?.[column];
    return { type: this._table.columns[column]?.type ?? '', missing: value === null || value === undefined };
  }
}

/** A grid that draws what is seen only, so that many rows cost nothing, under a line that says how much there is. */
export class TableRenderer extends Panel implements IRenderMime.IRenderer {
  /**
   * @param themeChanged - emitted when the theme is another: a canvas does not see it by itself
   */
  constructor(
    private readonly _trans: TranslationBundle,
    themeChanged?: ISignal<unknown, unknown>
  ) {
    super();
    themeChanged?.connect(this._style);
    this.disposed.connect(() => themeChanged?.disconnect(this._style));
    this.addClass('jp-EMR-table');
    this.node.dataset['emr'] = 'table';
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    for (const widget of [...this.widgets]) {
      widget.dispose();
    }
    this._grid = undefined;
    const table = toTable(model.data[TABLE_MIME]);
    if (!table) {
      const text = new Widget();
      text.node.textContent = String((model.data['text/plain'] as string | undefined) ?? '');
      this.addWidget(text);
      return Promise.resolve();
    }
    const grid = (this._grid = new DataGrid({
      defaultSizes: { rowHeight: ROW, columnWidth: 120, rowHeaderWidth: 56, columnHeaderHeight: HEADER },
      minimumSizes: { rowHeight: ROW, columnWidth: 48, rowHeaderWidth: 40, columnHeaderHeight: HEADER },
      headerVisibility: 'all',
      stretchLastColumn: false
    }));
    const data = new TableModel(table);
    grid.dataModel = data;
    grid.keyHandler = new BasicKeyHandler();
    grid.mouseHandler = new BasicMouseHandler();
    grid.selectionModel = new BasicSelectionModel({ dataModel: data });
    grid.node.style.height = `${Math.min(table.rows.length, VISIBLE) * ROW + HEADER + 14}px`;
    const columns = this._trans._n('1 column', '%1 columns', table.columns.length);
    const label = this._trans._n('1 row, %2', '%1 rows, %2', table.rows.length, columns);
    grid.node.setAttribute('role', 'img');
    grid.node.setAttribute('aria-label', label);
    this.addWidget(grid);
    const note = new Widget();
    note.addClass('jp-EMR-table-note');
    note.node.textContent = table.truncated
      ? `${label} · ${this._trans.__('cut by the server: there may be more')}`
      : label;
    this.addWidget(note);
    this._style();
    // Wide enough for what is in it, no wider than a screen.
    grid.fitColumnNames('all', 12);
    return Promise.resolve();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._style();
  }

  /** Canvas knows no CSS variables: the theme's colours are read when it is drawn. */
  private readonly _style = (): void => {
    const grid = this._grid;
    if (!grid || !this.isAttached) {
      return;
    }
    const css = getComputedStyle(this.node);
    const colour = (name: string, fallback: string) => css.getPropertyValue(name).trim() || fallback;
    const text = colour('--jp-content-font-color1', '#222');
    const faint = colour('--jp-content-font-color3', '#888');
    const back = colour('--jp-layout-color0', '#fff');
    const line = colour('--jp-border-color2', '#ddd');
    const font = `12px ${colour('--jp-code-font-family', 'monospace')}`;
    grid.style = {
      ...DataGrid.defaultStyle,
      voidColor: back,
      backgroundColor: back,
      headerBackgroundColor: colour('--jp-layout-color2', '#eee'),
      gridLineColor: line,
      headerGridLineColor: line,
      selectionFillColor: 'rgba(33, 150, 243, 0.2)',
      selectionBorderColor: colour('--jp-brand-color1', '#2196f3'),
      cursorBorderColor: colour('--jp-brand-color1', '#2196f3')
    };
    grid.cellRenderers.update({
      body: new TextRenderer({
        font,
        textColor: ({ metadata }) => (metadata['missing'] ? faint : text),
        horizontalAlignment: ({ metadata }) => (isNumeric(String(metadata['type'])) ? 'right' : 'left')
      }),
      'column-header': new TextRenderer({ font: `bold ${font}`, textColor: text, horizontalAlignment: 'left' }),
      'row-header': new TextRenderer({ font, textColor: faint, horizontalAlignment: 'right' })
    });
  };

  private _grid: DataGrid | undefined;
}

/** Renders {@link TABLE_MIME}; ranked before text/html, which other front ends show. */
export function tableFactory(
  trans: TranslationBundle,
  themeChanged?: ISignal<unknown, unknown>
): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [TABLE_MIME],
    defaultRank: 10,
    createRenderer: () => new TableRenderer(trans, themeChanged)
  };
}
