import { randomUUID } from 'node:crypto';

import { EmrError, PROGRESS_MIME } from '../protocol';
import { stuckBundle } from './stuck';

import type { IMimeBundle, IProgress, ISparkProgress, Json } from '../protocol';
import type { ICountedCell, INotebook } from './types';

/** A statement shows its progress once it runs longer than this. */
export const SHOW_AFTER_MS = 500;
/** The start of a session takes tens of seconds: it shows almost at once, but a refusal shows nothing beside itself. */
export const STARTING_AFTER_MS = 250;
const UPDATE_MS = 500;
/** Updates come no oftener, but for another phase. */
const LEAST_PAUSE_MS = 400;

/**
 * Whether one line of a cell's progress stays: the user's word in JupyterLab, else the environment's, else the site's.
 *
 * @throws EmrError `BadConfig`
 */
export function keepsProgress({ bindings, env, site }: INotebook): boolean {
  const words: [string, unknown][] = [
    ['the setting progressAtEnd', bindings.progressAtEnd],
    ['JUPYTERLAB_EMR_PROGRESS_AT_END', env['JUPYTERLAB_EMR_PROGRESS_AT_END'] || undefined],
    ['progressAtEnd of the site’s configuration', site.progressAtEnd]
  ];
  const [where, word] = words.find(([, value]) => value !== undefined) ?? ['', 'remove'];
  if (word !== 'keep' && word !== 'remove') {
    throw new EmrError({
      code: 'BadConfig',
      hop: 'config',
      message: `${where} is ${JSON.stringify(word)?.slice(0, 60)}, which means nothing.`,
      fix: 'It is "keep" (one line of a cell’s progress stays at its end) or "remove".'
    });
  }
  return word === 'keep';
}

/**
 * One display that is updated in place while something takes its time. Taken away at the end, so that a saved notebook
 * holds only results; or one line of it stays, where the user wants that.
 */
export class ProgressDisplay {
  private displayId?: string;
  private last?: IProgress;
  private spark?: ISparkProgress;
  private lastAt = 0;
  private shownAt = 0;
  private shownText = '';
  private shownPhase?: IProgress['phase'];
  private readonly began = performance.now();
  private timer?: NodeJS.Timeout;

  /**
   * @param showAfterMs - shorter work shows nothing
   * @param keep - leave one line of it at the end
   */
  constructor(
    private readonly cell: ICountedCell,
    private showAfterMs = SHOW_AFTER_MS,
    private readonly keep = false
  ) {
    if (!cell.silent) {
      this.timer = setTimeout(() => this.tick(), showAfterMs);
      this.timer.unref();
    }
  }

  /** Bound, to be handed on. */
  readonly update = (progress: IProgress): void => {
    const before = this.last;
    if (progress.phase === 'starting') {
      this.showAfterMs = Math.min(this.showAfterMs, STARTING_AFTER_MS);
    }
    this.last = progress;
    this.spark = progress.spark ?? this.spark;
    this.lastAt = performance.now();
    if (this.timer && (before?.phase !== progress.phase || before.text !== progress.text)) {
      this.show();
    }
  };

  /** A line of our own. */
  readonly say = (text: string, phase: IProgress['phase'] = 'running'): void =>
    this.update({ phase, text, elapsedMs: Math.round(performance.now() - this.began) });

  /**
   * End it: nothing of it is left, or one line.
   *
   * @param more - outputs follow at once, so that the page need not shrink in between
   */
  end(more = false): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.displayId === undefined) {
      return;
    }
    if (this.keep) {
      const text = this.spark ? jobsText(this.spark) : 'Ran on the cluster';
      const elapsedMs = Math.round(performance.now() - this.began);
      this.cell.updateDisplay(progressBundle({ phase: 'done', text, elapsedMs }), this.displayId);
    } else {
      this.cell.withdraw(this.displayId, more);
    }
    this.displayId = undefined;
  }

  private tick(): void {
    if (this.last) {
      this.show();
    }
    this.timer = setTimeout(() => this.tick(), this.last ? UPDATE_MS : 50);
    this.timer.unref();
  }

  private show(): void {
    const progress = this.last;
    if (!progress || performance.now() - this.began < this.showAfterMs) {
      return;
    }
    const now = performance.now();
    const elapsedMs = Math.round(progress.elapsedMs + (now - this.lastAt));
    const bundle = progressBundle({ ...progress, elapsedMs });
    const text = JSON.stringify(bundle['text/plain']);
    if (text === this.shownText) {
      return;
    }
    if (this.displayId === undefined) {
      this.displayId = randomUUID();
      this.cell.display(bundle, {}, this.displayId);
    } else if (now - this.shownAt > LEAST_PAUSE_MS || progress.phase !== this.shownPhase) {
      this.cell.updateDisplay(bundle, this.displayId);
    } else {
      return; // the next tick is near
    }
    this.shownText = text;
    this.shownPhase = progress.phase;
    this.shownAt = now;
  }
}

/** Progress for our renderer and for every other front end. */
export function progressBundle(progress: IProgress): IMimeBundle {
  if (progress.stuck) {
    return stuckBundle(progress);
  }
  const percent = progress.fraction === undefined || progress.fraction === 0 ? '' : ` ${bar(progress.fraction)}`;
  const left = progress.remainingMs === undefined ? '' : `, about ${duration(progress.remainingMs)} left`;
  const text = `${progress.text}${percent} (${Math.round(progress.elapsedMs / 1000)} s${left})`;
  return {
    [PROGRESS_MIME]: progress as unknown as Json,
    'text/plain': [text, ...(progress.log ?? []).slice(-2).map(line => line.slice(0, 160))].join('\n')
  };
}

/** `Ran 2 Spark jobs: 7 stages, 400 tasks (3 failed)` */
function jobsText({ jobs, stages, tasks }: ISparkProgress): string {
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  const failed = tasks.failed > 0 ? ` (${tasks.failed} failed)` : '';
  return `Ran ${count(jobs.total, 'Spark job')}: ${count(stages.total, 'stage')}, ${count(tasks.total, 'task')}${failed}`;
}

/** Coarse, as an estimate is. */
function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 90 ? `${seconds < 10 ? seconds : Math.round(seconds / 5) * 5} s` : `${Math.round(seconds / 60)} min`;
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * 20);
  return `[${'#'.repeat(full)}${'.'.repeat(20 - full)}]`;
}
