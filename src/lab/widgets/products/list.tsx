import { nullTranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { ArrayFieldTemplateProps, FieldTemplateProps } from '@rjsf/utils';
import * as React from 'react';

import { Button } from '../common';

/** What the form hands to its templates. */
export interface IFormContext {
  trans: TranslationBundle;
  [key: string]: unknown;
}

/**
 * A list of values. JupyterLab's own template has buttons without a name and values without a label; and one list can
 * be put in order by its values, so there are no buttons to move them.
 */
export function List(props: ArrayFieldTemplateProps): React.JSX.Element {
  const { idSchema, required, schema, items, canAdd, onAddClick } = props;
  const title = props.uiSchema?.['ui:title'] ?? props.title;
  const trans = (props.formContext as Partial<IFormContext> | undefined)?.trans ?? nullTranslator.load('');
  return (
    <fieldset className="jp-EMR-list" id={idSchema.$id}>
      <legend>
        {title}
        {required && (
          <span className="jp-EMR-required" aria-hidden="true">
            *
          </span>
        )}
      </legend>
      {schema.description && <p id={`${idSchema.$id}__description`}>{schema.description}</p>}
      {items.map(item => (
        <div className="jp-EMR-list-item" key={item.key}>
          {item.children}
          {item.hasRemove && (
            <Button
              hook="list-remove"
              kind="icon"
              icon={closeIcon}
              label={trans.__('Remove value %1 of %2', item.index + 1, title)}
              onClick={() => item.onDropIndexClick(item.index)()}
            />
          )}
        </div>
      ))}
      {canAdd && (
        <Button
          hook="list-add"
          kind="icon"
          icon={addIcon}
          label={trans.__('Add a value to %1', title)}
          onClick={() => onAddClick()}
        />
      )}
    </fieldset>
  );
}

/** One value of a list. */
export function Item({ id, label, children, rawErrors, errors }: FieldTemplateProps): React.JSX.Element {
  return (
    <div className={`jp-EMR-item ${rawErrors?.length ? 'jp-mod-invalid' : ''}`}>
      <label className="jp-EMR-visuallyHidden" htmlFor={id}>
        {label}
      </label>
      {children}
      <div className="jp-EMR-fieldErrors" aria-live="polite">
        {errors}
      </div>
    </div>
  );
}
