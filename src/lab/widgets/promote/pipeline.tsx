import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { IChangeEvent } from '@rjsf/core';
import type { RJSFSchema } from '@rjsf/utils';
import { customizeValidator } from '@rjsf/validator-ajv8';
import * as React from 'react';

import type { IPreview, IProblem } from '../../../protocol';
import { errorTree, formSchema, fromForm, partOf, toForm } from '../../model/pipelineForm';
import { CheckBox, FormField, FormPart } from './field';
import { List } from '../products/list';

const validator = customizeValidator<ReadonlyJSONObject>();
type Values = Record<string, unknown>;

/** The file that says what runs, when, on what, and how large. */
export function PipelineStep(props: {
  preview: IPreview;
  translator: ITranslator;
  trans: TranslationBundle;
  onChange: (form: Values) => void;
}): React.JSX.Element {
  const { preview, trans } = props;
  const { schema, form } = preview;
  return (
    <div className="jp-EMR-form jp-EMR-promote-pipeline" data-emr="promote-pipeline">
      <Problems problems={preview.problems} trans={trans} />
      {schema && form ? (
        <Form {...props} whole={schema} original={form} />
      ) : (
        <pre className="jp-EMR-log" tabIndex={0} aria-label={trans.__('Text of the file')}>
          {preview.pipelineText}
        </pre>
      )}
      <p className="jp-EMR-help">
        {preview.pipelineExists
          ? trans.__('The file %1 is there; what you change here is written into it.', preview.pipelinePath)
          : trans.__('Written into %1.', preview.pipelinePath)}
      </p>
    </div>
  );
}

/** What the form has no field for, and what is worth knowing. */
export function Problems({
  problems,
  trans
}: {
  problems: readonly IProblem[];
  trans: TranslationBundle;
}): React.JSX.Element | null {
  return problems.length === 0 ? null : (
    <ul className="jp-EMR-problems" aria-label={trans.__('Problems')} data-emr="promote-problems">
      {problems.map(problem => (
        <li
          key={`${problem.field} ${problem.cell} ${problem.line} ${problem.message}`}
          data-severity={problem.severity}
        >
          <strong>
            {problem.cell !== undefined
              ? trans.__('Cell %1', problem.cell + 1)
              : problem.field !== undefined
                ? problem.field
                : problem.line !== undefined
                  ? trans.__('Line %1', problem.line)
                  : trans.__('Note')}
            :
          </strong>{' '}
          {problem.message} {problem.fix}
        </li>
      ))}
    </ul>
  );
}

function Form(props: {
  preview: IPreview;
  whole: Values;
  original: Values;
  translator: ITranslator;
  trans: TranslationBundle;
  onChange: (form: Values) => void;
}): React.JSX.Element {
  const { preview, whole, trans, onChange } = props;
  // The file's text as it was when the dialog opened: the form is the truth from then on.
  const [original] = React.useState(props.original);
  const { schema, inFile } = React.useMemo(() => formSchema(whole, original), [whole, original]);
  const [values, setValues] = React.useState(() => toForm(original, schema) as Values);
  const errors = React.useMemo(() => errorTree(preview.problems), [preview.problems]);
  const change = (part: Values, of: RJSFSchema) => {
    const next = { ...values };
    for (const name of Object.keys(of.properties ?? {})) {
      next[name] = part[name];
    }
    if (JSON.stringify(next) !== JSON.stringify(values)) {
      setValues(next);
      onChange(fromForm(next, original) as Values);
    }
  };
  const part = (isMain: boolean) => {
    const own = partOf(schema, isMain) as RJSFSchema;
    const names = Object.keys(own.properties ?? {});
    return (
      <FormComponent
        schema={own}
        idPrefix={isMain ? 'main' : 'more'}
        validator={validator}
        noValidate
        formData={Object.fromEntries(names.map(name => [name, values[name]])) as ReadonlyJSONObject}
        extraErrors={Object.fromEntries(names.map(name => [name, errors[name] ?? {}]))}
        experimental_defaultFormStateBehavior={{ emptyObjectFields: 'skipDefaults' }}
        formContext={{ defaultFormData: {}, trans }}
        templates={{ FieldTemplate: FormField, ArrayFieldTemplate: List, ObjectFieldTemplate: FormPart }}
        widgets={{ CheckboxWidget: CheckBox }}
        translator={props.translator}
        tagName="div"
        buttonStyle="icons"
        showErrorList={false}
        showModifiedFromDefault={false}
        onChange={(event: IChangeEvent<ReadonlyJSONObject>) => change(event.formData as Values, own)}
      />
    );
  };
  const more = Object.keys(errors).some(name => name in (partOf(schema, false)['properties'] as object));
  return (
    <>
      {part(true)}
      {inFile.length > 0 && (
        <p className="jp-EMR-help">{trans.__('In the file only, as it is written there: %1.', inFile.join(', '))}</p>
      )}
      <details className="jp-EMR-advanced" open={more || undefined}>
        <summary>{trans.__('More: workers, packages, Spark, limits, alarms, tags')}</summary>
        {part(false)}
      </details>
    </>
  );
}
