import type { FieldTemplateProps } from '@rjsf/utils';
import * as React from 'react';

/**
 * One parameter: JupyterLab's own template has no label element, so a screen reader would read nameless inputs.
 * The ids are those that RJSF's inputs point at with `aria-describedby`.
 */
export function Field(props: FieldTemplateProps): React.JSX.Element {
  const { id, label, required, hidden, description, errors, help, children, rawErrors, displayLabel } = props;
  if (hidden) {
    return <div className="jp-EMR-hidden">{children}</div>;
  }
  return (
    <div
      className={`jp-EMR-field ${rawErrors?.length ? 'jp-mod-invalid' : ''}`}
      data-emr="form-field"
      data-field={id.split('_').slice(2).join('_')}
    >
      {displayLabel !== false && (
        <label htmlFor={id}>
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

/** The uiSchema with {@link Field} for every member of the parts `parameters` and `tags`. */
export function withFields(
  schema: Record<string, unknown>,
  uiSchema: Record<string, unknown>
): Record<string, unknown> {
  const parts = (schema['properties'] ?? {}) as Record<string, { properties?: Record<string, unknown> }>;
  const result: Record<string, unknown> = { ...uiSchema };
  for (const [part, { properties = {} }] of Object.entries(parts)) {
    const ui: Record<string, unknown> = { ...(uiSchema[part] as Record<string, unknown> | undefined) };
    for (const name of Object.keys(properties)) {
      ui[name] = { ...(ui[name] as Record<string, unknown> | undefined), 'ui:FieldTemplate': Field };
    }
    result[part] = ui;
  }
  return result;
}
