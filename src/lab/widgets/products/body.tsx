import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { UUID } from '@lumino/coreutils';
import type { IChangeEvent } from '@rjsf/core';
import { customizeValidator } from '@rjsf/validator-ajv8';
import * as React from 'react';

import type { IErrorInfo, IProductDetail, IProductForm } from '../../../protocol';
import { errorInfo } from '../../../protocol';
import { fieldErrors, nameError, suggestName } from '../../model/form';
import type { IClusters } from '../../tokens';
import { Button, ErrorPanel, Loading } from '../common';
import { useRequest } from '../common/hooks';
import { withFields } from './field';
import type { IFormContext } from './list';

const validator = customizeValidator<ReadonlyJSONObject>();

/** Properties of {@link ProductForm}. */
export interface IProductFormProps {
  clusters: IClusters;
  translator: ITranslator;
  trans: TranslationBundle;
  productId: string;
  /** Preset name. */
  name?: string;
  onBack: () => void;
  /** The product was asked for. */
  onLaunched: (name: string) => void;
}

interface IFormData {
  parameters?: Record<string, unknown>;
  tags?: Record<string, string>;
}

/** The form of a product: version, launch path, name, parameters, tags. */
export function ProductForm(props: IProductFormProps): React.JSX.Element {
  const { clusters, trans, productId, onBack } = props;
  const detail = useRequest(clusters.control, 'products.describe', { productId });
  return (
    <div className="jp-EMR-form" data-emr="create-form" data-product-id={productId}>
      <Button hook="form-back" kind="link" onClick={onBack}>
        {trans.__('← All products')}
      </Button>
      {detail.error && <ErrorPanel error={detail.error} trans={trans} onRetry={detail.reload} />}
      {detail.loading && <Loading>{trans.__('Reading the product…')}</Loading>}
      {detail.value && <Filled {...props} product={detail.value} />}
    </div>
  );
}

function Filled(props: IProductFormProps & { product: IProductDetail }): React.JSX.Element {
  const { clusters, product, trans, onLaunched } = props;
  const [versionId, setVersion] = React.useState(product.defaultVersionId ?? product.versions[0]?.versionId ?? '');
  const [pathId, setPath] = React.useState(
    product.launchPaths.length === 1 ? product.launchPaths[0].pathId : undefined
  );
  const [name, setName] = React.useState(() => props.name ?? suggestName(product, clusters.account, new Date()));
  const [data, setData] = React.useState<IFormData>({});
  const [error, setError] = React.useState<IErrorInfo>();
  const [busy, setBusy] = React.useState(false);
  // One token a form: pressing twice, or again after an answer that was lost, cannot make a second cluster.
  const token = React.useRef(UUID.uuid4());
  const running = React.useRef(false);
  const needsPath = product.launchPaths.length > 1 && pathId === undefined;
  const form = useRequest(
    clusters.control,
    'products.form',
    needsPath || !versionId
      ? null
      : { productId: product.productId, versionId, ...(pathId === undefined ? {} : { pathId }) }
  );
  const schema = form.value?.schema;
  const valid = React.useMemo(
    () =>
      schema !== undefined &&
      validator.validateFormData({ parameters: {}, tags: {}, ...data } as ReadonlyJSONObject, schema).errors.length ===
        0,
    [data, schema]
  );
  const wrongName = nameError(name, trans);
  const element = React.useRef<HTMLFormElement>(null);
  React.useLayoutEffect(() => {
    const own = element.current;
    // Others may hold on to an input that is gone (JupyterLab's key bindings do): it must not hold a password.
    return () =>
      own?.querySelectorAll<HTMLInputElement>('input[type=password]').forEach(input => {
        input.value = '';
        // React writes the value into the attribute too.
        input.removeAttribute('value');
      });
  }, []);
  const ids = React.useId();
  const version = product.versions.find(candidate => candidate.versionId === versionId);

  const change = <T,>(set: (value: T) => void) => {
    return (value: T) => {
      set(value);
      if (error && error.code !== 'Unanswered') {
        // The server said no to the last one for certain: what is asked for now is another thing.
        token.current = UUID.uuid4();
        setError(undefined);
      }
    };
  };
  const launch = async () => {
    // The second of two quick clicks comes before React disabled the button.
    if (running.current) {
      return;
    }
    running.current = true;
    setBusy(true);
    setError(undefined);
    try {
      await clusters.provision({
        productId: product.productId,
        versionId,
        ...(pathId === undefined ? {} : { pathId }),
        name,
        parameters: offered(data.parameters, form.value, 'parameters'),
        tags: offered(data.tags, form.value, 'tags'),
        token: token.current
      });
      // Passwords were in it.
      setData({});
      onLaunched(name);
    } catch (reason) {
      setError(errorInfo(reason));
      setBusy(false);
      running.current = false;
    }
  };

  return (
    <form
      ref={element}
      aria-label={trans.__('Create a cluster from %1', product.name)}
      onSubmit={event => {
        event.preventDefault();
      }}
    >
      <h3>{product.name}</h3>
      {product.description && <p>{product.description}</p>}
      <div className="jp-EMR-field">
        <label htmlFor={`${ids}version`}>{trans.__('Version')}</label>
        <select
          id={`${ids}version`}
          className="jp-mod-styled"
          data-emr="version-select"
          value={versionId}
          onChange={event => change(setVersion)(event.target.value)}
        >
          {product.versions.map(item => (
            <option key={item.versionId} value={item.versionId}>
              {item.name}
              {item.versionId === product.defaultVersionId ? ` ${trans.__('(default)')}` : ''}
              {item.guidance === 'DEPRECATED' ? ` ${trans.__('(deprecated)')}` : ''}
            </option>
          ))}
        </select>
        {version?.description && <p className="jp-EMR-help">{version.description}</p>}
        {version?.guidance === 'DEPRECATED' && (
          <p className="jp-EMR-warning" role="status">
            {trans.__('This version is deprecated: it may be taken away. Choose another one where you can.')}
          </p>
        )}
      </div>
      {product.launchPaths.length > 1 && (
        <div className="jp-EMR-field">
          <label htmlFor={`${ids}path`}>{trans.__('Launch path')}</label>
          <select
            id={`${ids}path`}
            className="jp-mod-styled"
            data-emr="path-select"
            value={pathId ?? ''}
            onChange={event => change(setPath)(event.target.value || undefined)}
          >
            <option value="">{trans.__('Choose…')}</option>
            {product.launchPaths.map(path => (
              <option key={path.pathId} value={path.pathId}>
                {path.name}
              </option>
            ))}
          </select>
          <p className="jp-EMR-help">
            {trans.__('You may launch this product in more than one way; the path decides about tags and limits.')}
          </p>
        </div>
      )}
      <div className={`jp-EMR-field ${wrongName ? 'jp-mod-invalid' : ''}`}>
        <label htmlFor={`${ids}name`}>{trans.__('Name of the cluster')}</label>
        <input
          id={`${ids}name`}
          className="jp-mod-styled"
          data-emr="cluster-name-input"
          value={name}
          maxLength={128}
          aria-invalid={wrongName !== undefined}
          aria-describedby={`${ids}nameError`}
          onChange={event => change(setName)(event.target.value)}
        />
        <div id={`${ids}nameError`} className="jp-EMR-fieldErrors" aria-live="polite" data-emr="name-error">
          {wrongName}
        </div>
      </div>
      {form.error && <ErrorPanel error={form.error} trans={trans} onRetry={form.reload} />}
      {form.loading && <Loading>{trans.__('Reading the parameters…')}</Loading>}
      {form.value && (
        <Parameters
          key={`${versionId} ${pathId ?? ''}`}
          form={form.value}
          data={data}
          translator={props.translator}
          trans={trans}
          onChange={change(setData)}
        />
      )}
      {error && <ErrorPanel error={error} trans={trans} hook="launch-error" />}
      <div className="jp-EMR-actions jp-EMR-formActions">
        <Button
          hook="launch"
          kind="accept"
          disabled={busy || !valid || wrongName !== undefined || form.loading}
          onClick={() => void launch()}
        >
          {busy ? trans.__('Launching…') : trans.__('Launch')}
        </Button>
        <Button hook="form-cancel" onClick={props.onBack}>
          {trans.__('Cancel')}
        </Button>
      </div>
    </form>
  );
}

/** The values of what this version asks for: those of a version that was chosen before are left behind. */
function offered<T>(
  values: Record<string, T> | undefined,
  form: IProductForm | undefined,
  part: string
): Record<string, T> {
  const parts = form?.schema['properties'] as Record<string, { properties?: object }> | undefined;
  const known = parts?.[part]?.properties ?? {};
  return Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => name in known));
}

/** What a person reads before launching; the rest of UsageInstructions is for machines. */
const FOR_PEOPLE = /^(usage|instructions?)/i;

function Parameters(props: {
  form: IProductForm;
  data: IFormData;
  translator: ITranslator;
  trans: TranslationBundle;
  onChange: (data: IFormData) => void;
}): React.JSX.Element {
  const { form, data, trans, onChange } = props;
  const [touched, setTouched] = React.useState<ReadonlySet<string>>(new Set());
  const touch = (id: string | undefined) => {
    const key = (id ?? '').split('_').slice(1, 3).join('.');
    if (key && !touched.has(key)) {
      setTouched(new Set([...touched, key]));
    }
  };
  const uiSchema = React.useMemo(() => withFields(form.schema, form.uiSchema), [form]);
  const instructions = form.instructions.filter(({ type, value }) => FOR_PEOPLE.test(type) && value.trim() !== '');
  return (
    <>
      {instructions.length > 0 && (
        <div className="jp-EMR-instructions" data-emr="instructions">
          {instructions.map(({ type, value }) => (
            <p key={`${type} ${value}`}>{value}</p>
          ))}
        </div>
      )}
      <FormComponent
        schema={form.schema}
        uiSchema={uiSchema}
        validator={validator}
        formData={data as ReadonlyJSONObject}
        formContext={{ defaultFormData: {}, trans } satisfies IFormContext}
        translator={props.translator}
        tagName="div"
        buttonStyle="icons"
        liveValidate
        noHtml5Validate
        showErrorList={false}
        showModifiedFromDefault={false}
        transformErrors={errors => fieldErrors(errors, form.uiSchema, touched, trans)}
        onBlur={touch}
        onChange={(event: IChangeEvent<ReadonlyJSONObject>, id?: string) => {
          touch(id);
          onChange(event.formData as IFormData);
        }}
      />
    </>
  );
}
