import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  LabIcon as LabIconClass,
  caretRightIcon,
  checkIcon,
  circleEmptyIcon,
  errorIcon,
  runningIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ClusterState, IErrorInfo } from '../../../protocol';
import { historyIcon } from '../../icons';
import { clusterStateLabel, formatSpan } from '../../format';
import type { IWatched } from '../../tokens';
import { useNow } from './hooks';

/** Properties of {@link ErrorPanel}. */
export interface IErrorPanelProps {
  error: IErrorInfo;
  trans: TranslationBundle;
  onRetry?: () => void;
  /** What its button says. Default: Try again. */
  retry?: string;
  /** Value of `data-emr`, for tests. */
  hook?: string;
  /** Something passing: shown as a warning, told politely. */
  mild?: boolean;
}

/** An error in full: what failed, what to do, and on demand what the other side said. */
export function ErrorPanel({
  error,
  trans,
  onRetry,
  retry,
  hook = 'error',
  mild
}: IErrorPanelProps): React.JSX.Element {
  return (
    <div
      className={`jp-EMR-error${mild ? ' jp-mod-mild' : ''}`}
      role={mild ? 'status' : 'alert'}
      data-emr={hook}
      data-code={error.code}
    >
      <Icon icon={errorIcon} />
      <div className="jp-EMR-error-text">
        <p>{error.message}</p>
        {error.fix && (
          <p className="jp-EMR-error-fix" data-emr="error-fix">
            {error.fix}
          </p>
        )}
        <details>
          <summary>{trans.__('Details')}</summary>
          <code>
            {error.code} · {error.hop}
          </code>
          {error.detail && <pre>{error.detail}</pre>}
        </details>
        {onRetry && (
          <Button onClick={onRetry} hook="retry">
            {retry ?? trans.__('Try again')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Properties of {@link Button}. */
export interface IButtonProps {
  children?: React.ReactNode;
  onClick: () => void;
  hook: string;
  /** `icon`: nothing but the icon, its `label` as tooltip. */
  kind?: 'accept' | 'warn' | 'plain' | 'link' | 'icon';
  disabled?: boolean;
  title?: string;
  label?: string;
  icon?: LabIcon;
  /** The button that Enter in the form's inputs presses: the form's `onSubmit` acts. */
  submit?: boolean;
}

/** A button in JupyterLab's own style. */
export function Button(props: IButtonProps): React.JSX.Element {
  const { kind = 'plain', icon } = props;
  const mod = { accept: 'jp-mod-accept', warn: 'jp-mod-warn', icon: 'jp-mod-icon', plain: '', link: '' }[kind];
  return (
    <button
      type={props.submit ? 'submit' : 'button'}
      className={kind === 'link' ? 'jp-EMR-link' : `jp-EMR-button jp-mod-styled ${mod}`}
      data-emr={props.hook}
      disabled={props.disabled}
      title={props.title ?? (kind === 'icon' ? props.label : undefined)}
      aria-label={props.label}
      onClick={props.submit ? undefined : props.onClick}
    >
      {icon && <Icon icon={icon} />}
      {props.children}
    </button>
  );
}

/** A checkbox with its label, and below it what it means. */
export function Check(props: {
  hook: string;
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  children?: React.ReactNode;
}): React.JSX.Element {
  const help = React.useId();
  return (
    <div className="jp-EMR-field">
      <label className="jp-EMR-check">
        <input
          type="checkbox"
          data-emr={props.hook}
          checked={props.checked}
          aria-describedby={props.children ? help : undefined}
          onChange={event => props.onChange(event.target.checked)}
        />
        {props.label}
      </label>
      {props.children && (
        <p className="jp-EMR-help" id={help}>
          {props.children}
        </p>
      )}
    </div>
  );
}

/** A decorative icon: what it says is said in text beside it. */
export function Icon({ icon, className }: { icon: LabIcon; className?: string }): React.JSX.Element {
  return (
    <span className={`jp-EMR-icon ${className ?? ''}`} aria-hidden="true">
      <icon.react tag="span" elementPosition="center" width="16px" height="16px" />
    </span>
  );
}

const STATE_ICON: Record<ClusterState, [LabIcon, string]> = {
  REQUESTED: [historyIcon, 'busy'],
  STARTING: [historyIcon, 'busy'],
  BOOTSTRAPPING: [historyIcon, 'busy'],
  RUNNING: [runningIcon, 'ready'],
  WAITING: [checkIcon, 'ready'],
  TERMINATING: [stopIcon, 'busy'],
  TERMINATED: [circleEmptyIcon, 'ended'],
  TERMINATED_WITH_ERRORS: [errorIcon, 'failed'],
  FAILED: [errorIcon, 'failed']
};

/** A state with icon and text. @param kind - what its colour says */
export function Badge(props: {
  icon: LabIcon;
  kind: string;
  hook?: string;
  title?: string;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <span className="jp-EMR-state" data-kind={props.kind} data-emr={props.hook} title={props.title}>
      <Icon icon={props.icon} />
      {props.children}
    </span>
  );
}

/** A cluster's state. */
export function StateBadge({ state, trans }: { state: ClusterState; trans: TranslationBundle }): React.JSX.Element {
  const [icon, kind] = STATE_ICON[state] ?? [circleEmptyIcon, 'ended'];
  return (
    <Badge icon={icon} kind={kind} hook="cluster-state">
      {clusterStateLabel(state, trans)}
    </Badge>
  );
}

/** Something is under way. */
export function Loading({ children }: { children: React.ReactNode }): React.JSX.Element {
  return (
    <div className="jp-EMR-loading" role="status" data-emr="loading">
      <span className="jp-EMR-spinner" aria-hidden="true" />
      {children}
    </div>
  );
}

/** Why there is no list, or why it is not of now. */
export function Trouble(props: {
  watched: IWatched<{ asOf: string; stale?: IErrorInfo }>;
  trans: TranslationBundle;
  hook: string;
}): React.JSX.Element | null {
  const { watched, trans } = props;
  const { list } = watched;
  const trouble = list?.stale ?? watched.error;
  const known = list !== null && Date.parse(list.asOf) > 0;
  const now = useNow(trouble !== null && known);
  return (
    trouble && (
      <>
        {known && (
          <p className="jp-EMR-empty" data-emr="stale">
            {trans.__('This is how it was %1 ago.', formatSpan(list.asOf, now) ?? '?')}
          </p>
        )}
        <ErrorPanel
          error={trouble}
          trans={trans}
          hook={props.hook}
          mild={known}
          onRetry={() => void watched.refresh()}
        />
      </>
    )
  );
}

/** A section that can be folded. */
export function Section(props: {
  title: string;
  hook: string;
  count?: number;
  closed?: boolean;
  onToggle?: (open: boolean) => void;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <details
      className="jp-EMR-section"
      open={!props.closed}
      data-emr={props.hook}
      onToggle={event => {
        // Folds further in tell theirs too.
        if (event.target === event.currentTarget) {
          props.onToggle?.(event.currentTarget.open);
        }
      }}
    >
      <summary>
        <LabIconClass.resolveReact icon={caretRightIcon} tag="span" className="jp-EMR-caret" aria-hidden="true" />
        <h3>{props.title}</h3>
        {props.count !== undefined && <span className="jp-EMR-count">{props.count}</span>}
      </summary>
      {props.children}
    </details>
  );
}
