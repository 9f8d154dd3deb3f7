import * as React from 'react';

import type { IAccessChange, ICatalogEdit, IErrorInfo, ISnippet } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import { Button, ErrorPanel } from '../common';
import { useRequest } from '../common/hooks';
import type { IDataSetProps } from './dataSet';
import { LANGUAGE_LABEL } from './text';

type TeamSnippet = Pick<ISnippet, 'title' | 'language' | 'code'>;

/** What one has written, not saved yet. */
interface IDraft {
  description?: string;
  owner?: string;
  contact?: string;
  /** By column. */
  comments?: Record<string, string>;
  tags?: Record<string, string>;
  columnTags?: Record<string, Record<string, string>>;
  snippets?: TeamSnippet[];
}

/** For producers and stewards: what is written about the data set, and its LF-Tags. */
export function Edit(props: IDataSetProps): React.JSX.Element {
  const { data, model, table, trans } = props;
  const { as } = model.query;
  const own = Object.fromEntries(
    data.tags.filter(({ from }) => from === 'table').map(({ key, value }) => [key, value])
  );
  const team = data.snippets
    .filter(({ source }) => source === 'team')
    .map(({ title, language, code }): TeamSnippet => ({ title, language, code }));
  // Only what was touched: the rest follows the table, also when another changes it meanwhile.
  const [draft, setDraft] = React.useState<IDraft>({});
  const touch = (part: IDraft) => {
    setSaved(false);
    setDraft({ ...draft, ...part });
  };
  const { comments: drafted = {}, columnTags = {}, tags = own, snippets = team } = draft;
  const { description = data.description ?? '', owner = data.owner ?? '', contact = data.contact ?? '' } = draft;
  const comments = Object.fromEntries(
    Object.entries(drafted).filter(
      ([name, comment]) => comment !== (data.columns.find(one => one.name === name)?.comment ?? '')
    )
  );
  /** Another was faster, and what that one wrote is shown. */
  const [late, setLate] = React.useState(false);
  const [column, setColumn] = React.useState('');
  const [error, setError] = React.useState<IErrorInfo>();
  const [busy, setBusy] = React.useState(false);
  const [saved, setSaved] = React.useState(false);
  const ids = React.useId();
  const known = useRequest(model.control, 'catalog.tags', { as });

  const ownOf = (name: string) =>
    Object.fromEntries(
      (data.columns.find(one => one.name === name)?.tags ?? [])
        .filter(({ from }) => from === 'column')
        .map(({ key, value }) => [key, value])
    );
  const changedTags = differences(own, tags);
  const changedColumnTags = Object.fromEntries(
    Object.entries(columnTags)
      .map(([name, values]) => [name, differences(ownOf(name), values)] as const)
      .filter(([, values]) => Object.keys(values).length > 0)
  );
  const retags = Object.keys(changedTags).length + Object.keys(changedColumnTags).length > 0;
  const change: ICatalogEdit = {
    as,
    table,
    version: data.version ?? '',
    ...(description !== (data.description ?? '') ? { description } : {}),
    ...(owner !== (data.owner ?? '') ? { owner } : {}),
    ...(contact !== (data.contact ?? '') ? { contact } : {}),
    ...(Object.keys(comments).length > 0 ? { comments } : {}),
    ...(JSON.stringify(snippets) !== JSON.stringify(team) ? { snippets } : {}),
    ...(Object.keys(changedTags).length > 0 ? { tags: changedTags } : {}),
    ...(Object.keys(changedColumnTags).length > 0 ? { columnTags: changedColumnTags } : {})
  };
  const isChanged = Object.keys(change).length > 3;
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await model.control.request('catalog.edit', change);
      setDraft({});
      setLate(false);
      setSaved(true);
      props.onChanged();
      model.search({});
    } catch (reason) {
      setError(errorInfo(reason));
    } finally {
      setBusy(false);
    }
  };
  const inColumn = data.columns.find(({ name }) => name === column);
  const tagFields = (values: Record<string, string>, set: (values: Record<string, string>) => void, hook: string) => (
    <div className="jp-EMR-edit-tags">
      {Object.entries(known.value ?? {}).map(([key, choices]) => (
        <label key={key}>
          {key}{' '}
          <select
            className="jp-mod-styled"
            data-emr={hook}
            data-key={key}
            value={values[key] ?? ''}
            onChange={event => set({ ...values, [key]: event.target.value })}
          >
            <option value="">{trans.__('(inherited or none)')}</option>
            {[...new Set([...choices, ...(values[key] ? [values[key]] : [])])].map(value => (
              <option key={value}>{value}</option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
  return (
    <form
      className="jp-EMR-edit"
      data-emr="edit"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <p className="jp-EMR-help">
        {trans.__('Lake Formation decides who may change it. You may: %1.', data.permissions.join(', ') || '–')}
      </p>
      <label htmlFor={`${ids}description`}>{trans.__('Description (Markdown)')}</label>
      <textarea
        id={`${ids}description`}
        className="jp-mod-styled"
        rows={6}
        data-emr="edit-description"
        value={description}
        onChange={event => touch({ description: event.target.value })}
      />
      {late && description !== (data.description ?? '') && (
        <div className="jp-EMR-help" role="status" data-emr="edit-theirs">
          {trans.__('Meanwhile another wrote this, which yours will replace:')}
          <blockquote>{data.description ?? ''}</blockquote>
        </div>
      )}
      <label htmlFor={`${ids}owner`}>{trans.__('Owner')}</label>
      <input
        id={`${ids}owner`}
        className="jp-mod-styled"
        data-emr="edit-owner"
        value={owner}
        onChange={event => touch({ owner: event.target.value })}
      />
      <label htmlFor={`${ids}contact`}>{trans.__('Contact')}</label>
      <input
        id={`${ids}contact`}
        className="jp-mod-styled"
        data-emr="edit-contact"
        value={contact}
        onChange={event => touch({ contact: event.target.value })}
      />
      <fieldset>
        <legend>{trans.__('LF-Tags of the table')}</legend>
        {known.error && <ErrorPanel error={known.error} trans={trans} mild onRetry={known.reload} />}
        {tagFields(tags, values => touch({ tags: values }), 'edit-tag')}
      </fieldset>
      <fieldset>
        <legend>{trans.__('A column')}</legend>
        <select
          className="jp-mod-styled"
          aria-label={trans.__('Column')}
          data-emr="edit-column"
          value={column}
          onChange={event => setColumn(event.target.value)}
        >
          <option value="">{trans.__('choose…')}</option>
          {data.columns.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        {inColumn && (
          <>
            <label htmlFor={`${ids}comment`}>{trans.__('Comment')}</label>
            <input
              id={`${ids}comment`}
              className="jp-mod-styled"
              data-emr="edit-comment"
              value={drafted[column] ?? inColumn.comment ?? ''}
              onChange={event => touch({ comments: { ...drafted, [column]: event.target.value } })}
            />
            {tagFields(
              columnTags[column] ?? ownOf(column),
              values => touch({ columnTags: { ...columnTags, [column]: values } }),
              'edit-column-tag'
            )}
          </>
        )}
      </fieldset>
      <fieldset>
        <legend>{trans.__('The team’s own snippets')}</legend>
        {snippets.map((snippet, place) => {
          const set = (part: Partial<TeamSnippet>) =>
            touch({ snippets: snippets.map((one, index) => (index === place ? { ...one, ...part } : one)) });
          return (
            // Its place is all that it has: the title is being typed.
            <div key={place} className="jp-EMR-edit-snippet" data-emr="edit-snippet">
              <input
                className="jp-mod-styled"
                aria-label={trans.__('Title')}
                value={snippet.title}
                onChange={event => set({ title: event.target.value })}
              />
              <select
                className="jp-mod-styled"
                aria-label={trans.__('Language')}
                value={snippet.language}
                onChange={event => set({ language: event.target.value as TeamSnippet['language'] })}
              >
                {Object.entries(LANGUAGE_LABEL).map(([id, label]) => (
                  <option key={id} value={id}>
                    {label}
                  </option>
                ))}
              </select>
              <Button
                hook="edit-snippet-remove"
                kind="link"
                onClick={() => touch({ snippets: snippets.filter((_, index) => index !== place) })}
              >
                {trans.__('Remove')}
              </Button>
              <textarea
                className="jp-mod-styled"
                rows={3}
                aria-label={trans.__('Code')}
                value={snippet.code}
                onChange={event => set({ code: event.target.value })}
              />
            </div>
          );
        })}
        <Button
          hook="edit-snippet-add"
          onClick={() => touch({ snippets: [...snippets, { title: '', language: 'pyspark', code: '' }] })}
        >
          {trans.__('Add a snippet')}
        </Button>
      </fieldset>
      {retags && (
        <Preview
          key={JSON.stringify([changedTags, changedColumnTags])}
          {...props}
          tags={changedTags}
          columnTags={changedColumnTags}
        />
      )}
      {error && (
        <ErrorPanel
          error={error}
          trans={trans}
          hook="edit-error"
          {...(error.code === 'Conflict'
            ? {
                onRetry: () => {
                  setError(undefined);
                  setLate(true);
                  props.onChanged();
                },
                retry: trans.__('Show it as it is now; mine stays')
              }
            : {})}
        />
      )}
      <div className="jp-EMR-actions">
        <Button hook="edit-save" kind="accept" submit disabled={busy || !isChanged} onClick={() => undefined}>
          {trans.__('Save')}
        </Button>
        {saved && !isChanged && (
          <span role="status" data-emr="edit-saved">
            {trans.__('Saved.')}
          </span>
        )}
      </div>
    </form>
  );
}

/** What is another than before; null: taken away. */
function differences(before: Record<string, string>, after: Record<string, string>): Record<string, string | null> {
  return Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter(key => (before[key] ?? '') !== (after[key] ?? ''))
      .map(key => [key, after[key] || null])
  );
}

/** Who gains and who loses, before anything is changed. */
function Preview(
  props: IDataSetProps & {
    tags: Record<string, string | null>;
    columnTags: Record<string, Record<string, string | null>>;
  }
): React.JSX.Element {
  const { model, table, tags, columnTags, trans } = props;
  const { value, error, loading, reload } = useRequest(model.control, 'catalog.preview', {
    as: model.query.as,
    table,
    tags,
    columnTags
  });
  return (
    <div className="jp-EMR-preview" data-emr="tag-preview" role="status">
      <strong>{trans.__('Who sees more, who sees less')}</strong>
      {loading && <p>{trans.__('Working it out…')}</p>}
      {error && <ErrorPanel error={error} trans={trans} onRetry={reload} mild />}
      {value?.length === 0 && <p>{trans.__('Nobody gains, nobody loses.')}</p>}
      <ul>
        {(value ?? []).map((change: IAccessChange) => (
          <li key={change.principal} data-principal={change.principal}>
            {change.principal}
            {change.gains.length > 0 && <div data-kind="added">{`+ ${change.gains.join(', ')}`}</div>}
            {change.loses.length > 0 && <div data-kind="removed">{`− ${change.loses.join(', ')}`}</div>}
          </li>
        ))}
      </ul>
    </div>
  );
}
