import { Time } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IDifference, IRun, RunState } from '../../../protocol';
import { formatDuration } from '../../format';
import { runMoment, runStateLabel } from '../../model/runs';
import type { IControl } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useRequest } from '../common/hooks';
import { showOwn } from './dialogs';

/** Properties of {@link CompareBody}. */
export interface ICompareProps {
  control: IControl;
  run: IRun;
  other: IRun;
  /** Of the pipeline, newest first. */
  runs: readonly IRun[];
  trans: TranslationBundle;
  onClose: () => void;
}

/** Two runs side by side, the earlier one left; what differs stands first, what does not is folded away. */
export function CompareBody({ control, trans, onClose, ...props }: ICompareProps): React.JSX.Element {
  const { runs } = props;
  const [ids, setIds] = React.useState<readonly [string, string]>(() =>
    props.other.createdAt <= props.run.createdAt
      ? [props.other.runId, props.run.runId]
      : [props.run.runId, props.other.runId]
  );
  const [a, b] = ids;
  const answer = useRequest(control, 'runs.compare', { pipeline: props.run.pipeline, a, b });
  const rows = answer.value ?? [];
  const same = rows.filter(row => row.same);
  const choose = (at: 0 | 1) => (
    <select
      className="jp-mod-styled"
      data-emr={`compare-${at === 0 ? 'a' : 'b'}`}
      aria-label={at === 0 ? trans.__('The one run') : trans.__('The other run')}
      value={ids[at]}
      onChange={event => setIds(at === 0 ? [event.target.value, b] : [a, event.target.value])}
    >
      {runs.map(run => (
        <option key={run.runId} value={run.runId} disabled={run.runId === ids[1 - at]}>
          {`${Time.format(runMoment(run))} · ${runStateLabel(run.state, trans)}`}
        </option>
      ))}
    </select>
  );
  const table = (part: readonly IDifference[]) =>
    part.map(row => (
      <tr key={row.what} data-same={row.same} data-what={row.what}>
        <th scope="row">{row.what}</th>
        <td>{shown(row, row.a, trans)}</td>
        <td>{shown(row, row.b, trans)}</td>
      </tr>
    ));
  return (
    <div className="jp-EMR-connect" data-emr="compare-dialog">
      {answer.error && <ErrorPanel error={answer.error} trans={trans} onRetry={answer.reload} />}
      <div className="jp-EMR-compare" tabIndex={0} role="group" aria-label={trans.__('Comparison')}>
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">{choose(0)}</th>
              <th scope="col">{choose(1)}</th>
            </tr>
          </thead>
          <tbody>{table(rows.filter(row => !row.same))}</tbody>
          {same.length > 0 && (
            <tbody data-emr="compare-same">
              <tr>
                <th colSpan={3} scope="rowgroup">
                  {trans.__('The same in both')}
                </th>
              </tr>
              {table(same)}
            </tbody>
          )}
        </table>
        {answer.loading && <Loading>{trans.__('Reading both runs…')}</Loading>}
      </div>
      <div className="jp-EMR-actions jp-EMR-formActions">
        <Button hook="compare-close" kind="accept" onClick={onClose}>
          {trans.__('Close')}
        </Button>
      </div>
    </div>
  );
}

/** A value in the user's words. */
function shown({ kind }: IDifference, value: string, trans: TranslationBundle): string {
  if (kind === 'state') {
    return runStateLabel(value as RunState, trans);
  }
  if (kind === 'moment') {
    return Number.isNaN(Date.parse(value)) ? value : Time.format(value);
  }
  return kind === 'seconds' && Number.isFinite(Number(value)) ? formatDuration(Number(value) * 1000) : value;
}

/** Show what two runs of a pipeline have different. */
export function showCompareDialog(options: Omit<ICompareProps, 'onClose'>): Promise<void> {
  return showOwn(
    options.trans.__('Two runs of %1', options.run.pipeline),
    close => <CompareBody {...options} onClose={close} />,
    '[data-emr="compare-close"]',
    'jp-EMR-wide'
  );
}
