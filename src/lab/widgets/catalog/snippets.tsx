import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { ISnippet } from '../../../protocol';
import type { SnippetLanguage } from '../../model/snippets';
import { asCell, snippetLanguage } from '../../model/snippets';
import { Button, ErrorPanel, Loading } from '../common';
import { useRequest } from '../common/hooks';
import type { IDataSetProps } from './dataSet';
import { LANGUAGE_LABEL } from './text';

/** Lines that read the data set: inserted at the cursor, dragged into a cell, or copied. */
export function Snippets(props: IDataSetProps): React.JSX.Element {
  const { data, chosen, sessions, trans, model, table } = props;
  const kernel = snippetLanguage(sessions.get()?.language ?? null);
  const [picked, setPicked] = React.useState<SnippetLanguage>();
  const language = picked ?? kernel ?? 'pyspark';
  const keys = data.columns.filter(({ partition }) => partition);
  const [partition, setPartition] = React.useState<Record<string, string>>({});
  const filter = Object.fromEntries(Object.entries(partition).filter(([, value]) => value !== ''));
  const adapted = chosen.length > 0 || Object.keys(filter).length > 0;
  const answer = useRequest(
    model.control,
    'catalog.snippets',
    adapted
      ? {
          as: model.query.as,
          table,
          ...(chosen.length > 0 ? { columns: [...chosen] } : {}),
          ...(Object.keys(filter).length > 0 ? { partition: filter } : {})
        }
      : null
  );
  const all = adapted ? (answer.value ?? []) : data.snippets;
  const shown = all.filter(snippet => snippet.language === language);
  const ids = React.useId();
  return (
    <>
      <div className="jp-EMR-actions">
        <label htmlFor={`${ids}language`}>{trans.__('Language')}</label>
        <select
          id={`${ids}language`}
          className="jp-mod-styled"
          data-emr="snippet-language"
          value={language}
          onChange={event => setPicked(event.target.value as SnippetLanguage)}
        >
          {Object.entries(LANGUAGE_LABEL).map(([id, label]) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
        {keys.map(({ name, type }) => (
          <label key={name}>
            {name}{' '}
            <input
              className="jp-mod-styled"
              data-emr="snippet-partition"
              data-key={name}
              placeholder={type}
              value={partition[name] ?? ''}
              onChange={event => setPartition({ ...partition, [name]: event.target.value })}
            />
          </label>
        ))}
      </div>
      {answer.error && <ErrorPanel error={answer.error} trans={trans} onRetry={answer.reload} />}
      {answer.loading && <Loading>{trans.__('Writing…')}</Loading>}
      {!answer.loading && shown.length === 0 && <p className="jp-EMR-help">{trans.__('There is no snippet in it.')}</p>}
      {shown.map(snippet => (
        <SnippetCard
          key={`${snippet.source} ${snippet.title} ${snippet.code}`}
          snippet={snippet}
          kernel={kernel}
          actions={props.actions}
          trans={trans}
        />
      ))}
    </>
  );
}

function SnippetCard(props: {
  snippet: ISnippet;
  kernel: SnippetLanguage | undefined;
  actions: IDataSetProps['actions'];
  trans: IDataSetProps['trans'];
}): React.JSX.Element {
  const { snippet, kernel, actions, trans } = props;
  return (
    <article className="jp-EMR-snippet" data-emr="snippet" data-source={snippet.source}>
      <div className="jp-EMR-hit-head">
        <strong>{snippet.title}</strong>
        {snippet.source === 'team' && <span className="jp-EMR-chip">{trans.__('the team’s own')}</span>}
      </div>
      <pre
        tabIndex={0}
        draggable
        title={trans.__('Drag it into a cell')}
        onDragStart={event => event.dataTransfer.setData('text/plain', asCell(snippet, kernel))}
      >
        {snippet.code}
      </pre>
      <div className="jp-EMR-actions">
        <Button hook="snippet-insert" kind="accept" onClick={() => actions.insert(snippet)}>
          {trans.__('Insert at the cursor')}
        </Button>
        <Button hook="snippet-copy" icon={copyIcon} onClick={() => actions.copy(snippet.code)}>
          {trans.__('Copy')}
        </Button>
      </div>
    </article>
  );
}
