import * as React from 'react';

import type { IErrorInfo, IInheritedTag } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import { readTableKey, tableKey } from '../../model/catalog';
import { Button, ErrorPanel } from '../common';
import type { IDataSetProps } from './dataSet';
import { Markdown } from './markdown';
import { agoText, countText, sizeText } from './text';

/** Description, owner, tags and facts. */
export function Overview(props: IDataSetProps & { onTab: () => void }): React.JSX.Element {
  const { data, trans, now, rendermime } = props;
  const facts: [string, React.ReactNode][] = [
    [trans.__('Owner'), data.owner],
    [trans.__('Contact'), data.contact && <Contact text={data.contact} />],
    [trans.__('Account'), data.producer],
    [trans.__('Format'), data.format],
    [trans.__('Location'), data.location && <code>{data.location}</code>],
    [trans.__('Size'), data.sizeBytes !== undefined && sizeText(data.sizeBytes)],
    [trans.__('Rows'), data.rows !== undefined && countText(data.rows)],
    [trans.__('Partitions'), data.partitions !== undefined && countText(data.partitions)],
    [trans.__('Last update'), data.updatedAt && moment(data.updatedAt, agoText(data.updatedAt, now, trans))],
    [trans.__('Made'), data.createdAt && moment(data.createdAt, agoText(data.createdAt, now, trans))],
    [trans.__('You may'), data.permissions.join(', ')]
  ];
  return (
    <>
      <div className="jp-EMR-actions">
        <Button hook="to-snippets" kind="accept" onClick={props.onTab}>
          {trans.__('Use in a notebook')}
        </Button>
      </div>
      {data.description ? (
        <Markdown text={data.description} rendermime={rendermime} />
      ) : (
        <p className="jp-EMR-help">{trans.__('Nobody has described it yet.')}</p>
      )}
      <Tags tags={data.tags} trans={trans} />
      <dl className="jp-EMR-dl" data-emr="facts">
        {facts
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <React.Fragment key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </React.Fragment>
          ))}
      </dl>
      {data.unread?.map(reason => (
        <p key={reason.message} className="jp-EMR-help" data-emr="unread">
          {[reason.message, reason.fix].filter(Boolean).join(' ')}
        </p>
      ))}
      <Reading {...props} />
      <Lineage {...props} />
    </>
  );
}

/** LF-Tags with the resource that each comes from. */
export function Tags(props: { tags: readonly IInheritedTag[]; trans: IDataSetProps['trans'] }): React.JSX.Element {
  const { tags, trans } = props;
  const label = {
    database: trans.__('from the database'),
    table: trans.__('of the table'),
    column: trans.__('of the column')
  };
  return (
    <div className="jp-EMR-chips" data-emr="tags">
      {tags.map(({ key, value, from }) => (
        <span key={key} className="jp-EMR-chip" data-tag={`${key}=${value}`} data-from={from} title={label[from]}>
          {key} = {value} <small>{label[from]}</small>
        </span>
      ))}
    </div>
  );
}

function moment(iso: string, ago: string): React.JSX.Element {
  const date = new Date(iso);
  return (
    <time dateTime={iso} title={iso}>
      {Number.isNaN(date.getTime()) ? iso : date.toLocaleString()} ({ago})
    </time>
  );
}

/** A producer wrote it: only what is certainly an e-mail or a web address becomes a link. */
function Contact({ text }: { text: string }): React.JSX.Element {
  if (/^[^\s@:?&]+@[^\s@:?&]+\.[^\s@:?&]+$/.test(text)) {
    return <a href={`mailto:${text}`}>{text}</a>;
  }
  return /^https:\/\/\S+$/.test(text) ? (
    <a href={text} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  ) : (
    <span>{text}</span>
  );
}

/** A table of another account without a link in one's own: Spark reads it by a longer way, a link is the short one. */
function Reading(props: IDataSetProps): React.JSX.Element | null {
  const { data, trans, model, table } = props;
  const [name, setName] = React.useState(data.table);
  const [database, setDatabase] = React.useState('');
  const [error, setError] = React.useState<IErrorInfo>();
  const [busy, setBusy] = React.useState(false);
  const ids = React.useId();
  if (data.linkTo) {
    return (
      <p className="jp-EMR-help" data-emr="link-to">
        {trans.__('A resource link to %1.', tableKey(data.linkTo))}
      </p>
    );
  }
  if (data.readAs.via === 'link') {
    return (
      <p className="jp-EMR-help" data-emr="read-as">
        {trans.__('Read through the resource link %1.', `${data.readAs.database}.${data.readAs.table}`)}
      </p>
    );
  }
  if (data.readAs.via === 'own' || model.index?.state !== 'ready') {
    return null;
  }
  const make = async () => {
    setBusy(true);
    setError(undefined);
    try {
      props.onTable(await model.control.request('catalog.link', { as: model.query.as, table, database, name }));
      model.search({});
    } catch (reason) {
      setError(errorInfo(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="jp-EMR-link-form"
      data-emr="make-link"
      onSubmit={event => {
        event.preventDefault();
        void make();
      }}
    >
      <p className="jp-EMR-help">
        {trans.__(
          'It is of account %1, and your account has no resource link to it. Make one, and it is read like a table of your own:',
          data.producer
        )}
      </p>
      <div className="jp-EMR-actions">
        <input
          className="jp-mod-styled"
          data-emr="link-database"
          aria-label={trans.__('Database of your account')}
          placeholder={trans.__('database of your account')}
          id={`${ids}database`}
          value={database}
          onChange={event => setDatabase(event.target.value)}
        />
        <input
          className="jp-mod-styled"
          data-emr="link-name"
          aria-label={trans.__('Name of the link')}
          value={name}
          onChange={event => setName(event.target.value)}
        />
        <Button hook="link-make" submit disabled={busy || !database || !name} onClick={() => undefined}>
          {trans.__('Make the link')}
        </Button>
      </div>
      {error && <ErrorPanel error={error} trans={trans} />}
    </form>
  );
}

function Lineage({ data, trans, onTable }: IDataSetProps): React.JSX.Element | null {
  const { lineage } = data;
  if (!lineage || lineage.upstream.length + lineage.downstream.length === 0) {
    return null;
  }
  const names = (list: string[]) =>
    list.map(name => {
      const table = readTableKey(name);
      return (
        <li key={name}>
          {table ? (
            <Button hook="lineage" kind="link" onClick={() => onTable(table)}>
              {name}
            </Button>
          ) : (
            name
          )}
        </li>
      );
    });
  return (
    <div data-emr="lineage">
      {lineage.upstream.length > 0 && (
        <>
          <h4>{trans.__('Made of')}</h4>
          <ul>{names(lineage.upstream)}</ul>
        </>
      )}
      {lineage.downstream.length > 0 && (
        <>
          <h4>{trans.__('Read by')}</h4>
          <ul>{names(lineage.downstream)}</ul>
        </>
      )}
    </div>
  );
}
