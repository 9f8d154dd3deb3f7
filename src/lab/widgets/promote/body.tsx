import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IErrorInfo } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import type { PromotionModel } from '../../model/promotion';
import { Button, ErrorPanel, Loading } from '../common';
import { useChanged } from '../common/hooks';
import { DeploySteps } from './deploy';
import { PipelineStep, Problems } from './pipeline';
import { RoleStep } from './role';
import type { ICellText } from './script';
import { ScriptStep } from './script';

/** Properties of {@link PromoteBody}. */
export interface IPromoteProps {
  model: PromotionModel;
  cells: readonly ICellText[];
  translator: ITranslator;
  trans: TranslationBundle;
  onClose: () => void;
  /** Show the pipeline in the sidebar. */
  onShow: (pipeline: string) => void;
}

/** The form is followed once the user stops typing for so long. */
const PAUSE_MS = 400;

type Step = 'script' | 'pipeline' | 'role';

/** The dialog: script, pipeline, role, and then the deployment. */
export function PromoteBody(props: IPromoteProps): React.JSX.Element {
  const { model, trans } = props;
  useChanged(model.changed);
  const [step, setStep] = React.useState<Step>('script');
  const [note, setNote] = React.useState<string>();
  const [failed, setFailed] = React.useState<IErrorInfo>();
  const timer = React.useRef<ReturnType<typeof setTimeout>>();
  const waiting = React.useRef<Record<string, unknown>>();
  const top = React.useRef<HTMLDivElement>(null);
  const { preview, deployment } = model;
  const underWay = model.deploying || deployment !== null;
  React.useEffect(() => {
    void model.look();
    return () => clearTimeout(timer.current);
  }, [model]);
  React.useEffect(() => {
    const inside = top.current;
    if (!inside) {
      return;
    }
    // Browsers answer with a promise by now, which React would take for a clean-up.
    inside.scrollTo({ top: 0 });
    // The button that was pressed is gone. The one that makes something is not offered to a second press of Enter.
    const next = inside.parentElement?.querySelector<HTMLElement>('[data-emr=promote-next]:not(:disabled)');
    (next ?? inside).focus({ preventScroll: true });
  }, [step]);
  const ready = preview?.script !== undefined;
  React.useEffect(() => {
    // Until now the button could not have the focus. Who went elsewhere within the dialog stays there.
    const dialog = top.current?.parentElement;
    const focused = document.activeElement;
    if (ready && dialog && (focused === top.current || !dialog.contains(focused))) {
      dialog.querySelector<HTMLElement>('[data-emr=promote-next]')?.focus({ preventScroll: true });
    }
  }, [ready]);
  React.useEffect(() => {
    if (underWay) {
      top.current?.focus({ preventScroll: true });
    }
  }, [underWay]);

  const change = (form: Record<string, unknown>) => {
    waiting.current = form;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      waiting.current = undefined;
      void model.look(form);
    }, PAUSE_MS);
  };
  const go = (next: Step) => {
    setStep(next);
    setNote(undefined);
    setFailed(undefined);
    clearTimeout(timer.current);
    if (next === 'role' || waiting.current) {
      void model.look(waiting.current, next === 'role');
      waiting.current = undefined;
    }
  };
  const template = () =>
    model
      .template()
      .then(path => setNote(trans.__('Written into %1.', path)))
      .catch((error: unknown) => setFailed(errorInfo(error)));

  const names: [Step, string][] = [
    ['script', trans.__('1. Script')],
    ['pipeline', trans.__('2. Pipeline')],
    ['role', trans.__('3. Role')]
  ];
  return (
    <div className="jp-EMR-connect jp-EMR-promote" data-emr="promote-dialog" data-step={underWay ? 'deploy' : step}>
      <ol className="jp-EMR-promote-steps" aria-label={trans.__('Steps')}>
        {names.map(([name, label]) => (
          <li key={name} aria-current={!underWay && name === step ? 'step' : undefined}>
            {label}
          </li>
        ))}
      </ol>
      <div className="jp-EMR-promote-inside" ref={top} tabIndex={-1}>
        {model.error && (
          <ErrorPanel error={model.error} trans={trans} hook="promote-error" onRetry={() => void model.look()} />
        )}
        {failed && <ErrorPanel error={failed} trans={trans} hook="promote-error" />}
        {!preview && !model.error && <Loading>{trans.__('Reading the notebook…')}</Loading>}
        {preview && !underWay && step === 'script' && (
          <>
            <Problems problems={preview.problems.filter(({ subject }) => subject === 'notebook')} trans={trans} />
            {preview.script && (
              <ScriptStep script={preview.script} scriptPath={preview.scriptPath} cells={props.cells} trans={trans} />
            )}
          </>
        )}
        {preview && !underWay && (
          <div hidden={step !== 'pipeline'}>
            <PipelineStep preview={preview} translator={props.translator} trans={trans} onChange={change} />
          </div>
        )}
        {preview && !underWay && step === 'role' && (
          <>
            <Problems problems={preview.problems} trans={trans} />
            {model.loading && <Loading>{trans.__('Comparing with what AWS has…')}</Loading>}
            <RoleStep preview={preview} trans={trans} />
            {preview.steps && (
              <>
                <h4>{trans.__('What will be made')}</h4>
                <DeploySteps steps={preview.steps} trans={trans} planned />
              </>
            )}
          </>
        )}
        {(underWay || model.deployError) && <DeploySteps steps={model.steps} trans={trans} />}
        {model.deployError && <ErrorPanel error={model.deployError} trans={trans} hook="deploy-error" />}
        {deployment && (
          <div role="status" data-emr="deployed">
            <p>
              {trans.__('The pipeline %1 is there, as application %2.', deployment.pipeline, deployment.applicationId)}
            </p>
            {deployment.left.length > 0 && (
              <>
                <p>{trans.__('Left to be done by hand:')}</p>
                <ul>
                  {deployment.left.map(text => (
                    <li key={text}>{text}</li>
                  ))}
                </ul>
              </>
            )}
          </div>
        )}
        {note && (
          <p role="status" data-emr="promote-note">
            {note}
          </p>
        )}
      </div>
      <div className="jp-EMR-actions jp-EMR-formActions">
        {deployment ? (
          <>
            <Button hook="promote-close" onClick={props.onClose}>
              {trans.__('Close')}
            </Button>
            <Button hook="promote-show" kind="accept" onClick={() => props.onShow(deployment.pipeline)}>
              {trans.__('Show in the sidebar')}
            </Button>
          </>
        ) : (
          <>
            <Button hook="promote-cancel" disabled={model.deploying} onClick={props.onClose}>
              {trans.__('Cancel')}
            </Button>
            {step === 'role' && (
              <Button
                hook="promote-template"
                disabled={model.deploying || model.loading || model.errors.length > 0}
                title={trans.__('For those who make roles for you: application, role, schedule, logs, alarms')}
                onClick={() => void template()}
              >
                {trans.__('CloudFormation template')}
              </Button>
            )}
            {step !== 'script' && (
              <Button
                hook="promote-back"
                disabled={model.deploying}
                onClick={() => go(step === 'role' ? 'pipeline' : 'script')}
              >
                {trans.__('Back')}
              </Button>
            )}
            {step === 'role' ? (
              <Button
                key="submit"
                hook="promote-submit"
                kind="accept"
                disabled={model.deploying || model.loading || model.errors.length > 0 || !preview?.script}
                onClick={() => void model.deploy()}
              >
                {model.deploying ? trans.__('Promoting…') : trans.__('Promote')}
              </Button>
            ) : (
              <Button
                key="next"
                hook="promote-next"
                kind="accept"
                disabled={!preview?.script}
                onClick={() => go(step === 'script' ? 'pipeline' : 'role')}
              >
                {trans.__('Next')}
              </Button>
            )}
          </>
        )}
      </div>
    </div>
  );
}
