import { addIcon } from '@jupyterlab/ui-components';
import type { FieldTemplateProps, ObjectFieldTemplateProps, WidgetProps } from '@rjsf/utils';
import { canExpand } from '@rjsf/utils';
import * as React from 'react';

import { readable } from '../../model/form';
import { Button } from '../common';

/** One field with a label element, its description and its errors. */
export function FormField(props: FieldTemplateProps): React.JSX.Element {
  const { id, label, required, hidden, schema, description, errors, help, children, rawErrors } = props;
  const key = 'key-input';
  const [name, rename] = React.useState(label);
  if (hidden) {
    return <div className="jp-EMR-hidden">{children}</div>;
  }
  const bare = schema.type === 'object' || schema.type === 'array';
  const labelled = !bare && schema.type !== 'boolean'; // a check box has its label beside it
  const added = '__additional_property' in schema;
  return (
    <div
      className={`${bare ? 'jp-EMR-part' : 'jp-EMR-field'} ${rawErrors?.length ? 'jp-mod-invalid' : ''}`}
      data-field={id.split('_').slice(1).join('.')}
    >
      {added ? (
        <input
          className="jp-mod-styled"
          data-emr={key}
          aria-label="name"
          value={name}
          onChange={event => rename(event.target.value)}
          onBlur={() => props.onKeyChange(name)}
        />
      ) : (
        labelled && (
          <label htmlFor={id}>
            {readable(label)}
            {required && (
              <span className="jp-EMR-required" aria-hidden="true">
                *
              </span>
            )}
          </label>
        )
      )}
      <div className="jp-inputFieldWrapper">{children}</div>
      {!bare && description}
      {help}
      <div className="jp-EMR-fieldErrors" aria-live="polite">
        {errors}
      </div>
    </div>
  );
}

/** An object of the file: its members below its name. */
export function FormPart(props: ObjectFieldTemplateProps): React.JSX.Element {
  const { idSchema, title, schema, properties, uiSchema, onAddClick } = props;
  const isRoot = !idSchema.$id.includes('_');
  const inner = (
    <>
      {!isRoot && schema.description && <p className="jp-EMR-help">{schema.description}</p>}
      <div className={isRoot ? undefined : 'jp-EMR-promote-members'}>{properties.map(({ content }) => content)}</div>
      {canExpand(schema, uiSchema, props.formData as object) && (
        <Button hook="object-add" kind="icon" icon={addIcon} label={`+ ${title}`} onClick={onAddClick(schema)} />
      )}
    </>
  );
  return isRoot ? (
    <div>{inner}</div>
  ) : (
    <fieldset className="jp-EMR-promote-part">
      <legend>{nameOf(props.formData) ?? readable(title || '')}</legend>
      {inner}
    </fieldset>
  );
}

/** An entry of a list goes by its name where it has one. */
function nameOf(value: unknown): string | undefined {
  const name = (value as { name?: unknown } | undefined)?.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** A check box. Where the file says nothing it shows the default, which counts then. */
export function CheckBox(props: WidgetProps): React.JSX.Element {
  const { id, schema, label, disabled, readonly, onChange } = props;
  const value: unknown = props.value;
  return (
    <label className="jp-EMR-check">
      <input
        id={id}
        type="checkbox"
        checked={Boolean(value ?? schema.default)}
        disabled={disabled || readonly}
        onChange={event => onChange(event.target.checked)}
      />
      <span>{readable(label)}</span>
    </label>
  );
}
