import type { FieldTemplateProps } from '@rjsf/utils';
import * as React from 'react';

import { readable } from '../../model/form';
import { Item, List } from './list';

/**
 * One parameter: JupyterLab's own template has no label element, so a screen reader would read nameless inputs.
 * The ids are those that RJSF's inputs point at with `aria-describedby`.
 */
export function Field(props: FieldTemplateProps): React.JSX.Element {
  const { id, label, required, hidden, description, errors, help, children, rawErrors, displayLabel } = props;
  if (hidden) {
    return <div className="jp-EMR-hidden">{children}</div>;
  }
  const name = id.split('_').slice(2).join('_');
  return (
    <div
      className={`jp-EMR-field ${rawErrors?.length ? 'jp-mod-invalid' : ''}`}
      data-emr="form-field"
      data-field={name}
    >
      {displayLabel !== false && (
        <label htmlFor={id} title={name}>
          {label}
          {required && (
            <span className="jp-EMR-required" aria-hidden="true">
              *
            </span>
          )}
        </label>
      )}
      <div className="jp-inputFieldWrapper">{children}</div>
      {/* A list's own template has said it already. */}
      {displayLabel !== false && description}
      {help}
      <div className="jp-EMR-fieldErrors" aria-live="polite">
        {errors}
      </div>
    </div>
  );
}

/** A part of the form: its own title says all that there is to say, and whether the part is required says nothing. */
export function Part({ children }: FieldTemplateProps): React.JSX.Element {
  return <div className="jp-EMR-part">{children}</div>;
}

/**
 * The uiSchema with {@link Field} for every member of the parts `parameters` and `tags`. Parameters get a title that
 * reads as words; a tag's key is what one looks for in the bill, and stays.
 */
export function withFields(
  schema: Record<string, unknown>,
  uiSchema: Record<string, unknown>
): Record<string, unknown> {
  const parts = (schema['properties'] ?? {}) as Record<string, { properties?: Record<string, { items?: unknown }> }>;
  const result: Record<string, unknown> = { ...uiSchema };
  for (const [part, { properties = {} }] of Object.entries(parts)) {
    const ui: Record<string, unknown> = {
      ...(uiSchema[part] as Record<string, unknown> | undefined),
      'ui:FieldTemplate': Part
    };
    for (const [name, { items }] of Object.entries(properties)) {
      const own = ui[name] as { items?: object } | undefined;
      ui[name] = {
        ...(part === 'parameters' ? { 'ui:title': readable(name) } : {}),
        ...own,
        'ui:FieldTemplate': Field,
        ...(items ? { 'ui:ArrayFieldTemplate': List, items: { ...own?.items, 'ui:FieldTemplate': Item } } : {})
      };
    }
    result[part] = ui;
  }
  return result;
}
