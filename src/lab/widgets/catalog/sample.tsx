import * as React from 'react';

import type { IColumnProfile, IDataSample, IErrorInfo } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import type { INotebookSession } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useChanged } from '../common/hooks';
import type { IDataSetProps } from './dataSet';
import { countText } from './text';

const ROWS = 10;
/** Columns that are profiled where none is chosen: each costs Spark some work. */
const PROFILED = 12;

/** Some rows, and what Spark says of the columns: on the session of a notebook, and only when asked. */
export function Sample(props: IDataSetProps): React.JSX.Element {
  const { sessions, trans, data, chosen, table } = props;
  useChanged(sessions.changed);
  const ready = sessions
    .all()
    .filter(({ status }) => status !== null && (status.state === 'idle' || status.state === 'busy'));
  const [path, setPath] = React.useState<string>();
  const session =
    ready.find(one => one.path === path) ?? ready.find(one => one.path === sessions.get()?.path) ?? ready[0];
  const columns = chosen.length > 0 ? [...chosen] : data.columns.map(({ name }) => name);
  const readAs = { database: data.readAs.database, table: data.readAs.table };
  const target = data.readAs.via === 'catalogId' ? table : readAs;
  const sample = useAsked<IDataSample>();
  const profile = useAsked<IColumnProfile[]>();
  const busy = sample.abort !== undefined || profile.abort !== undefined;
  const ids = React.useId();
  if (!session) {
    return (
      <p className="jp-EMR-help" data-emr="no-session">
        {trans.__('Connect a notebook to a cluster: rows and profiles are read on its session, as its runtime role.')}
      </p>
    );
  }
  return (
    <>
      <div className="jp-EMR-actions">
        <label htmlFor={`${ids}session`}>{trans.__('On the session of')}</label>
        <select
          id={`${ids}session`}
          className="jp-mod-styled"
          data-emr="sample-session"
          value={session.path}
          onChange={event => setPath(event.target.value)}
        >
          {ready.map(one => (
            <option key={one.path} value={one.path}>
              {nameOf(one)}
            </option>
          ))}
        </select>
        <Button
          hook="sample-read"
          kind="accept"
          disabled={busy}
          onClick={() => sample.ask(signal => session.sample({ table: target, columns, rows: ROWS }, { signal }))}
        >
          {trans.__('Read %1 rows', ROWS)}
        </Button>
        <Button
          hook="profile-read"
          disabled={busy}
          onClick={() =>
            profile.ask(signal => session.profile({ table: target, columns: columns.slice(0, PROFILED) }, { signal }))
          }
        >
          {columns.length > PROFILED
            ? trans.__('Profile the first %1 columns', PROFILED)
            : trans._n('Profile one column', 'Profile %1 columns', columns.length)}
        </Button>
        {busy && (
          <Button hook="data-stop" kind="warn" onClick={() => (sample.abort ?? profile.abort)?.abort()}>
            {trans.__('Stop')}
          </Button>
        )}
      </div>
      {busy && <Loading>{trans.__('Spark is reading…')}</Loading>}
      {sample.error && <ErrorPanel error={sample.error} trans={trans} hook="sample-error" />}
      {sample.value && <Rows sample={sample.value} trans={trans} />}
      {profile.error && <ErrorPanel error={profile.error} trans={trans} hook="profile-error" />}
      <div className="jp-EMR-profiles">
        {(profile.value ?? []).map(column => (
          <Profile key={column.name} column={column} trans={trans} />
        ))}
      </div>
    </>
  );
}

function nameOf({ path, status }: INotebookSession): string {
  return [path, status?.clusterName, status?.binding?.runtimeRole?.split('/').pop()].filter(Boolean).join(' · ');
}

/** One question at a time, which can be stopped; what was asked before is gone. */
function useAsked<R>(): {
  value?: R;
  error?: IErrorInfo;
  abort?: AbortController;
  ask: (question: (signal: AbortSignal) => Promise<R>) => void;
} {
  const [state, setState] = React.useState<{ value?: R; error?: IErrorInfo; abort?: AbortController }>({});
  const going = React.useRef<AbortController>();
  React.useEffect(() => () => going.current?.abort(), []);
  const ask = (question: (signal: AbortSignal) => Promise<R>) => {
    const abort = new AbortController();
    going.current = abort;
    setState({ abort });
    question(abort.signal)
      .then(value => going.current === abort && setState({ value }))
      .catch(error => going.current === abort && setState(abort.signal.aborted ? {} : { error: errorInfo(error) }));
  };
  return { ...state, ask };
}

function Rows({ sample, trans }: { sample: IDataSample; trans: IDataSetProps['trans'] }): React.JSX.Element {
  return (
    <div className="jp-EMR-scroll" tabIndex={0} role="region" aria-label={trans.__('Sample rows')}>
      <table className="jp-EMR-table" data-emr="sample">
        <thead>
          <tr>
            {sample.columns.map(name => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sample.rows.map((row, place) => (
            // Rows have no key of their own, and never move.
            <tr key={place}>
              {row.map((value, column) => (
                <td key={sample.columns[column]} data-null={value === null}>
                  {value === null ? 'null' : String(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {sample.rows.length === 0 && <p className="jp-EMR-help">{trans.__('There are no rows.')}</p>}
    </div>
  );
}

const WIDTH = 160;
const HEIGHT = 40;

function Profile({ column, trans }: { column: IColumnProfile; trans: IDataSetProps['trans'] }): React.JSX.Element {
  const { histogram, rows, nulls } = column;
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  const bar = WIDTH / Math.max(1, histogram.length);
  const share = rows > 0 ? new Intl.NumberFormat(undefined, { style: 'percent' }).format(nulls / rows) : '';
  const facts = [
    nulls > 0 ? trans.__('%1 null (%2)', countText(nulls), share) : trans.__('no nulls'),
    trans.__('%1 distinct', countText(column.distinct)),
    column.min !== undefined && `${column.min} … ${column.max ?? ''}`
  ].filter(Boolean);
  return (
    <figure className="jp-EMR-profile" data-emr="profile" data-column={column.name}>
      <figcaption>
        <code>{column.name}</code>
        <span className="jp-EMR-help">{facts.join(' · ')}</span>
      </figcaption>
      <svg
        role="img"
        aria-label={histogram.map(({ label, count }) => `${label}: ${count}`).join(', ')}
        width={WIDTH}
        height={HEIGHT}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      >
        {histogram.map(({ label, count }, place) => {
          const height = Math.max(count > 0 ? 1 : 0, (count / most) * HEIGHT);
          return (
            <rect
              key={`${place} ${label}`}
              x={place * bar}
              y={HEIGHT - height}
              width={Math.max(1, bar - 1)}
              height={height}
            >
              <title>{`${label}: ${countText(count)}`}</title>
            </rect>
          );
        })}
      </svg>
    </figure>
  );
}
