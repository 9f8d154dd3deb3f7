import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { UUID } from '@lumino/coreutils';

import type { IDeployment, IDeployStep, IErrorInfo, IPreview, IProblem } from '../../protocol';
import { errorInfo } from '../../protocol';
import type { IControl } from '../tokens';

/** Writes a text file of the Jupyter server's; its path from the server's root. */
export type SaveText = (path: string, text: string) => Promise<unknown>;

/** What a {@link PromotionModel} works on. */
export interface IPromotionOptions {
  control: IControl;
  save: SaveText;
  /** Path of the notebook from the server's root. */
  path: string;
  /** The notebook as the page has it now, nbformat 4. */
  notebook: object;
}

/**
 * One promotion in the dialog: a preview that follows the form, then the deployment. Nothing is made before
 * {@link PromotionModel.deploy}.
 */
export class PromotionModel {
  constructor(readonly options: IPromotionOptions) {
    options.control.event.connect(this._onEvent);
  }

  /** Null until the first answer. */
  get preview(): IPreview | null {
    return this._preview;
  }

  /** Why there is no preview, or not that of the last change. */
  get error(): IErrorInfo | null {
    return this._error;
  }

  /** A preview is being made. */
  get loading(): boolean {
    return this._asked > this._answered;
  }

  /** The preview was compared with what AWS has. */
  get compared(): boolean {
    return this._compared;
  }

  get steps(): readonly IDeployStep[] {
    return this._steps;
  }

  get deploying(): boolean {
    return this._deploying;
  }

  /** Set when it is done. */
  get deployment(): IDeployment | null {
    return this._deployment;
  }

  get deployError(): IErrorInfo | null {
    return this._deployError;
  }

  get changed(): ISignal<PromotionModel, void> {
    return this._changed;
  }

  /** What keeps from deploying. */
  get errors(): IProblem[] {
    return (this._preview?.problems ?? []).filter(({ severity }) => severity === 'error');
  }

  /** @param form - the pipeline as the form has it; without it as the file says */
  async look(form?: Record<string, unknown>, compare = false): Promise<void> {
    const round = ++this._asked;
    this._abort?.abort();
    const abort = (this._abort = new AbortController());
    this._form = form ?? this._form;
    this._changed.emit();
    const { control, path, notebook } = this.options;
    try {
      const preview = await control.request(
        'promote.preview',
        {
          path,
          notebook,
          compare,
          ...(this._preview ? { pipelineText: this._preview.pipelineText } : {}),
          ...(this._form ? { form: this._form } : {})
        },
        { signal: abort.signal }
      );
      if (round === this._asked) {
        this._preview = preview;
        this._error = null;
        this._compared = compare;
      }
    } catch (error) {
      if (round === this._asked && !abort.signal.aborted) {
        this._error = errorInfo(error);
      }
    } finally {
      this._answered = Math.max(this._answered, round);
      this._changed.emit();
    }
  }

  /** Write script and file beside the notebook, then make it. The same promotion deploys once, however often it is asked. */
  async deploy(): Promise<void> {
    const preview = this._preview;
    if (!preview?.script || this._deploying) {
      return;
    }
    this._deploying = true;
    this._deployError = null;
    this._changed.emit();
    try {
      const { control, save } = this.options;
      await save(preview.scriptPath, preview.script.text);
      await save(preview.pipelinePath, preview.pipelineText);
      this._deployment = await control.request('promote.deploy', {
        pipelineText: preview.pipelineText,
        scriptText: preview.script.text,
        path: preview.pipelinePath,
        token: this._token
      });
      this._steps = this._deployment.steps;
    } catch (error) {
      this._deployError = errorInfo(error);
      if (this._deployError.code !== 'Unanswered') {
        // It was refused for certain: the next try is another one, and goes on where this one stopped.
        this._token = UUID.uuid4();
      }
    } finally {
      this._deploying = false;
      this._changed.emit();
    }
  }

  /** CloudFormation template for those who may not make roles; answers the path that it was written to. */
  async template(): Promise<string> {
    const preview = this._preview;
    if (!preview?.script) {
      throw new Error('There is nothing to make a template of yet.');
    }
    const { control, save } = this.options;
    const { text } = await control.request('promote.template', {
      pipelineText: preview.pipelineText,
      scriptText: preview.script.text,
      path: preview.pipelinePath
    });
    const path = preview.pipelinePath.replace(/(\.ya?ml)?$/, '.template.yaml');
    await save(path, text);
    return path;
  }

  dispose(): void {
    this._abort?.abort();
    this.options.control.event.disconnect(this._onEvent);
    Signal.clearData(this);
  }

  private readonly _onEvent: Parameters<IControl['event']['connect']>[0] = (_, { event, data }) => {
    if (event === 'deploy' && data.token === this._token) {
      this._steps = data.steps;
      this._changed.emit();
    }
  };

  private readonly _changed = new Signal<PromotionModel, void>(this);
  private _preview: IPreview | null = null;
  private _error: IErrorInfo | null = null;
  private _form: Record<string, unknown> | undefined;
  private _asked = 0;
  private _answered = 0;
  private _compared = false;
  private _steps: IDeployStep[] = [];
  private _deploying = false;
  private _deployment: IDeployment | null = null;
  private _deployError: IErrorInfo | null = null;
  private _token = UUID.uuid4();
  private _abort: AbortController | undefined;
}
