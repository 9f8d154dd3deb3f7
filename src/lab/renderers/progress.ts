import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { IProgress } from '../../protocol';
import { PROGRESS_MIME } from '../../protocol';
import { formatDuration } from '../format';

/** A thin bar, a line of text, and the log to fold out. Updated in place, so that the fold stays as the user set it. */
export class ProgressRenderer extends Widget implements IRenderMime.IRenderer {
  constructor(private readonly _trans: TranslationBundle) {
    super();
    this.addClass('jp-EMR-progress');
    this.node.dataset['emr'] = 'progress';
    this._bar.className = 'jp-EMR-progress-bar';
    this._bar.setAttribute('role', 'progressbar');
    this._bar.setAttribute('aria-label', this._trans.__('Progress of the cell'));
    this._fill.className = 'jp-EMR-progress-fill';
    this._active.className = 'jp-EMR-progress-active';
    this._bar.append(this._fill, this._active);
    this._text.className = 'jp-EMR-progress-text';
    this._summary.textContent = this._trans.__('Log');
    this._pre.className = 'jp-EMR-log';
    this._pre.tabIndex = 0;
    this._fold.append(this._summary, this._pre);
    this.node.append(this._bar, this._text, this._fold);
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const progress = model.data[PROGRESS_MIME] as unknown as IProgress | undefined;
    if (!progress || typeof progress !== 'object') {
      return Promise.resolve();
    }
    const ended = progress.phase === 'done' || progress.phase === 'failed';
    const tasks = progress.spark?.tasks;
    // Nothing done and no Spark job known: that is code on the driver, of which nobody knows how far it is.
    const isKnown = typeof progress.fraction === 'number' && (progress.fraction > 0 || tasks !== undefined);
    const fraction = isKnown ? Math.min(1, Math.max(0, progress.fraction ?? 0)) : undefined;
    const running = tasks && tasks.total > 0 ? Math.min(1 - (fraction ?? 0), tasks.active / tasks.total) : 0;
    this._active.style.width = `${Math.max(0, running) * 100}%`;
    this.node.dataset['failedTasks'] = String(tasks?.failed ?? 0);
    this.node.dataset['phase'] = progress.phase;
    this._bar.hidden = ended;
    if (fraction === undefined) {
      delete this._bar.dataset['known'];
      this._bar.removeAttribute('aria-valuenow');
      this._fill.style.width = '';
    } else {
      this._bar.dataset['known'] = '';
      this._bar.setAttribute('aria-valuenow', String(Math.round(fraction * 100)));
      this._fill.style.width = `${fraction * 100}%`;
    }
    const elapsed = Number.isFinite(progress.elapsedMs) ? formatDuration(progress.elapsedMs) : '';
    const left = Number.isFinite(progress.remainingMs)
      ? this._trans.__('about %1 left', formatDuration(progress.remainingMs ?? 0))
      : '';
    // A time is not broken over two lines.
    const parts = [String(progress.text ?? ''), elapsed, left].filter(Boolean).flatMap((part, index) => {
      const node = document.createElement('span');
      node.textContent = index > 0 ? `· ${part}` : part;
      return index > 0 ? [' ', node] : [node];
    });
    this._text.replaceChildren(...parts);
    const log = Array.isArray(progress.log) ? progress.log : [];
    this._fold.hidden = log.length === 0;
    this._pre.textContent = log.join('\n');
    return Promise.resolve();
  }

  private readonly _bar = document.createElement('div');
  private readonly _fill = document.createElement('div');
  /** Tasks that run now. */
  private readonly _active = document.createElement('div');
  private readonly _text = document.createElement('div');
  private readonly _fold = document.createElement('details');
  private readonly _summary = document.createElement('summary');
  private readonly _pre = document.createElement('pre');
}

/** Renders {@link PROGRESS_MIME}. */
export function progressFactory(trans: TranslationBundle): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [PROGRESS_MIME],
    defaultRank: 10,
    createRenderer: () => new ProgressRenderer(trans)
  };
}
