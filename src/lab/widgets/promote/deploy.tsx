import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, checkIcon, circleEmptyIcon, editIcon, errorIcon } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IDeployStep } from '../../../protocol';
import { historyIcon } from '../../icons';
import { Icon } from '../common';

const ICONS: Partial<Record<IDeployStep['status'], [LabIcon, string]>> = {
  active: [historyIcon, 'active'],
  created: [checkIcon, 'done'],
  changed: [checkIcon, 'done'],
  unchanged: [checkIcon, 'done'],
  removed: [checkIcon, 'done'],
  failed: [errorIcon, 'failed']
};

/** What has not happened yet is not ticked off. */
const PLANNED_ICONS: typeof ICONS = {
  ...ICONS,
  created: [addIcon, 'planned'],
  changed: [editIcon, 'planned']
};

/** Properties of {@link DeploySteps}. */
export interface IDeployStepsProps {
  steps: readonly IDeployStep[];
  trans: TranslationBundle;
  /** They say what would be done. */
  planned?: boolean;
}

/** The steps of a deployment, as they go. */
export function DeploySteps({ steps, trans, planned = false }: IDeployStepsProps): React.JSX.Element {
  const words: Record<IDeployStep['status'], string> = {
    pending: '',
    active: trans.__('under way'),
    created: planned ? trans.__('will be made') : trans.__('created'),
    changed: planned ? trans.__('will be changed') : trans.__('changed'),
    unchanged: planned ? trans.__('stays as it is') : trans.__('as it was'),
    skipped: trans.__('not needed'),
    failed: trans.__('failed'),
    removed: trans.__('removed')
  };
  return (
    <ol className="jp-EMR-timeline" aria-live="polite" data-emr="deploy-steps">
      {steps.map(step => {
        const [icon, status] = (planned ? PLANNED_ICONS : ICONS)[step.status] ?? [circleEmptyIcon, 'pending'];
        return (
          <li key={step.id} data-status={status} data-step={step.id}>
            <Icon icon={icon} />
            <span className="jp-EMR-timeline-label">
              {step.label}
              {step.detail && <span className="jp-EMR-help"> {step.detail}</span>}
              {step.error && <span className="jp-EMR-fieldErrors"> {step.error.message}</span>}
            </span>
            {/* A check makes nothing: its detail says how it ended. */}
            <span>{step.id === 'validate' && step.status === 'unchanged' ? '' : words[step.status]}</span>
          </li>
        );
      })}
    </ol>
  );
}
