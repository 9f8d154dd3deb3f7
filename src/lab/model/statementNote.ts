import type { INotebookBinding } from '../../protocol';
import type { IMetadataHolder } from './binding';
import { writeBinding } from './binding';

/**
 * Writes a notebook's binding, and beside it the number of the statement while one runs, for whoever opens the notebook
 * next. Quick cells leave no trace: each write marks the notebook as changed. Nothing is saved for it: the number helps
 * where JupyterLab saved the notebook anyway, and the session's name finds the statement where not.
 */
export class StatementNote {
  /** @param delay - milliseconds that a statement runs before it is written */
  constructor(
    private readonly _model: () => IMetadataHolder | null,
    private readonly _delay = 1000
  ) {}

  /** The session is bound like this, and this statement runs; null: the binding is forgotten. */
  follow(binding: INotebookBinding | null, statement?: number): void {
    if (statement !== this._statement) {
      clearTimeout(this._timer);
      this._timer = undefined;
      this._statement = statement;
      this._isDue = false;
      if (statement !== undefined) {
        this._timer = setTimeout(() => {
          this._isDue = true;
          this._write();
        }, this._delay);
      }
    }
    this._binding = binding;
    this._write();
  }

  /** Writes nothing more. */
  dispose(): void {
    clearTimeout(this._timer);
  }

  private _write(): void {
    if (this._binding === null) {
      writeBinding(this._model(), null);
      return;
    }
    const { statement: _, ...binding } = this._binding;
    writeBinding(
      this._model(),
      this._isDue && this._statement !== undefined ? { ...binding, statement: this._statement } : binding
    );
  }

  private _binding: INotebookBinding | null = null;
  private _statement: number | undefined;
  private _isDue = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
