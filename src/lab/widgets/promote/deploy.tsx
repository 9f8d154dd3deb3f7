import type { TranslationBundle } from '@jupyterlab/translation';
import { checkIcon, circleEmptyIcon, errorIcon, historyIcon } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IDeployStep } from '../../../protocol';
import { Icon } from '../common';

const ICONS: Partial<Record<IDeployStep['status'], [LabIcon, string]>> = {
  active: [historyIcon, 'active'],
  created: [checkIcon, 'done'],
  changed: [checkIcon, 'done'],
  unchanged: [checkIcon, 'done'],
  removed: [checkIcon, 'done'],
  failed: [errorIcon, 'failed']
};

/** The steps of a deployment, as they go. */
export function DeploySteps(props: { steps: readonly IDeployStep[]; trans: TranslationBundle }): React.JSX.Element {
  const { steps, trans } = props;
  const words: Record<IDeployStep['status'], string> = {
    pending: '',
    active: trans.__('under way'),
    created: trans.__('created'),
    changed: trans.__('changed'),
    unchanged: trans.__('as it was'),
    skipped: trans.__('not needed'),
    failed: trans.__('failed'),
    removed: trans.__('removed')
  };
  return (
    <ol className="jp-EMR-timeline" aria-live="polite" data-emr="deploy-steps">
      {steps.map(step => {
        const [icon, status] = ICONS[step.status] ?? [circleEmptyIcon, 'pending'];
        return (
          <li key={step.id} data-status={status} data-step={step.id}>
            <Icon icon={icon} />
            <span className="jp-EMR-timeline-label">
              {step.label}
              {step.detail && <span className="jp-EMR-help"> {step.detail}</span>}
              {step.error && <span className="jp-EMR-fieldErrors"> {step.error.message}</span>}
            </span>
            <span>{words[step.status]}</span>
          </li>
        );
      })}
    </ol>
  );
}
