import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IErrorInfo } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import type { INotebookSession } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useChanged } from '../common/hooks';

/** How many lines are asked for. */
const SIZE = 1000;

/** The last lines of the session's log. */
export function LogsBody({
  session,
  trans
}: {
  session: INotebookSession;
  trans: TranslationBundle;
}): React.JSX.Element {
  useChanged(session.changed);
  const [lines, setLines] = React.useState<string[]>();
  const [error, setError] = React.useState<IErrorInfo>();
  const [round, reload] = React.useReducer((count: number) => count + 1, 0);
  const pre = React.useRef<HTMLPreElement>(null);
  React.useEffect(() => {
    let late = false;
    session
      .logs(SIZE)
      .then(value => {
        if (!late) {
          setLines(value);
          setError(undefined);
        }
      })
      .catch(reason => !late && setError(errorInfo(reason)));
    return () => {
      late = true;
    };
  }, [session, round]);
  React.useEffect(() => {
    pre.current?.scrollTo({ top: pre.current.scrollHeight });
  }, [lines]);
  const driverLog = session.status?.driverLogUrl;
  return (
    <div className="jp-EMR-logs" data-emr="session-logs">
      <div className="jp-EMR-actions">
        <Button hook="logs-refresh" icon={refreshIcon} onClick={reload}>
          {trans.__('Refresh')}
        </Button>
        <Button
          hook="logs-copy"
          icon={copyIcon}
          disabled={!lines?.length}
          onClick={() => void navigator.clipboard.writeText((lines ?? []).join('\n'))}
        >
          {trans.__('Copy')}
        </Button>
        {driverLog && /^https?:/i.test(driverLog) && (
          <a href={driverLog} target="_blank" rel="noopener noreferrer">
            {trans.__('Log of the driver')}
          </a>
        )}
      </div>
      {error && <ErrorPanel error={error} trans={trans} onRetry={reload} />}
      {!lines && !error && <Loading>{trans.__('Reading the log…')}</Loading>}
      {lines && (
        <pre ref={pre} className="jp-EMR-log" tabIndex={0} aria-label={trans.__('Session log')} data-emr="logs-text">
          {lines.length > 0 ? lines.join('\n') : trans.__('The log is empty.')}
        </pre>
      )}
    </div>
  );
}
