import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { checkIcon, circleEmptyIcon, errorIcon } from '@jupyterlab/ui-components';

import { historyIcon } from '../../icons';
import * as React from 'react';

import type { IPhase } from '../../../protocol';
import { formatSpan } from '../../format';
import { Icon } from '../common';
import { useNow } from '../common/hooks';

const ICONS: Record<IPhase['status'], LabIcon> = {
  done: checkIcon,
  active: historyIcon,
  pending: circleEmptyIcon,
  failed: errorIcon
};

/** The phases of start-up and teardown with the time that each took; the present one ticks. */
export function Timeline({ phases, trans }: { phases: IPhase[]; trans: TranslationBundle }): React.JSX.Element {
  const now = useNow(phases.some(({ status }) => status === 'active'));
  const words: Record<IPhase['status'], string> = {
    done: trans.__('done'),
    active: trans.__('in progress'),
    pending: trans.__('not yet'),
    failed: trans.__('failed')
  };
  return (
    <ol className="jp-EMR-timeline" aria-label={trans.__('Phases')} data-emr="timeline">
      {phases.map(phase => (
        <li key={phase.id} data-emr="phase" data-phase={phase.id} data-status={phase.status}>
          <Icon icon={ICONS[phase.status]} />
          <span className="jp-EMR-timeline-label">{phase.label}</span>
          <span className="jp-EMR-visuallyHidden">{words[phase.status]}</span>
          <span className="jp-EMR-timeline-time" data-emr="phase-time">
            {formatSpan(phase.startedAt, phase.status === 'active' ? now : phase.endedAt) ?? ''}
          </span>
        </li>
      ))}
    </ol>
  );
}
