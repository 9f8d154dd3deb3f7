import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IErrorInfo, IRuntimeRole } from '../../../protocol';
import { isRoleArn } from '../../model/binding';
import { ErrorPanel } from '../common';

const OTHER = '\u0000other';

/** Properties of {@link RoleField}. */
export interface IRoleFieldProps {
  /** Cluster or application; an ARN by hand is asked for anew where it changes. */
  target: string;
  roles: IRuntimeRole[];
  /** Why the list of roles could not be had: one can still type an ARN. */
  error?: IErrorInfo;
  /** ARN, or empty for none. */
  value: string;
  /** The cluster takes no session without a role. */
  required: boolean;
  trans: TranslationBundle;
  onChange: (arn: string) => void;
}

/** True where the dialog may go on with this role. */
export function roleIsValid(arn: string, required: boolean): boolean {
  return arn.trim() === '' ? !required : isRoleArn(arn.trim());
}

/** Runtime role: one of those known, none, or an ARN by hand. */
export function RoleField({
  target,
  roles,
  error,
  value,
  required,
  trans,
  onChange
}: IRoleFieldProps): React.JSX.Element {
  const known = value === '' || roles.some(({ arn }) => arn === value);
  const [otherFor, setOtherFor] = React.useState<string>();
  const byHand = otherFor === target || !known || (roles.length === 0 && required);
  const ids = React.useId();
  const wrong = byHand && value.trim() !== '' && !isRoleArn(value.trim());
  return (
    <div className={`jp-EMR-field ${wrong ? 'jp-mod-invalid' : ''}`}>
      <label htmlFor={`${ids}select`}>{trans.__('Runtime role')}</label>
      <select
        id={`${ids}select`}
        className="jp-mod-styled"
        data-emr="role-select"
        value={byHand ? OTHER : value}
        onChange={event => {
          setOtherFor(event.target.value === OTHER ? target : undefined);
          onChange(event.target.value === OTHER ? '' : event.target.value);
        }}
      >
        {(!required || value === '') && !byHand && (
          <option value="">{required ? trans.__('Choose…') : trans.__('None')}</option>
        )}
        {byHand && !required && <option value="">{trans.__('None')}</option>}
        {roles.map(role => (
          <option key={role.arn} value={role.arn}>
            {role.name}
          </option>
        ))}
        <option value={OTHER}>{trans.__('Another, by its ARN…')}</option>
      </select>
      {byHand && (
        <input
          className="jp-mod-styled"
          data-emr="role-arn-input"
          aria-label={trans.__('ARN of the runtime role')}
          aria-invalid={wrong}
          aria-describedby={`${ids}error`}
          placeholder="arn:aws:iam::111122223333:role/…"
          spellCheck={false}
          value={value}
          onChange={event => onChange(event.target.value)}
        />
      )}
      <div id={`${ids}error`} className="jp-EMR-fieldErrors" aria-live="polite" data-emr="role-error">
        {wrong && trans.__('This is not the ARN of a role: it looks like arn:aws:iam::111122223333:role/name.')}
      </div>
      {!byHand && value !== '' && <p className="jp-EMR-help">{value}</p>}
      {error && <ErrorPanel error={error} trans={trans} hook="roles-error" mild />}
    </div>
  );
}
