import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { act } from 'react';
import type { Root } from 'react-dom/client';
import { createRoot } from 'react-dom/client';

import type { IProductDetail, IProductForm, IProvisionRequest } from '../../protocol';
import { EmrError } from '../../protocol';
import type { IClusters } from '../tokens';
import { ProductForm } from '../widgets/products';

const DETAIL: IProductDetail = {
  productId: 'prod-1',
  name: 'EMR small',
  description: '',
  owner: 'us',
  versions: [
    { versionId: 'pa-2', name: 'v2', description: '', guidance: 'DEFAULT' },
    { versionId: 'pa-1', name: 'v1', description: '', guidance: 'DEPRECATED' }
  ],
  defaultVersionId: 'pa-2',
  launchPaths: [{ pathId: 'lp-1', name: 'only' }]
};

function form(versionId: string, ...extra: string[]): IProductForm {
  const names = ['Label', 'Secret', ...extra];
  return {
    productId: 'prod-1',
    versionId,
    schema: {
      type: 'object',
      properties: {
        parameters: {
          type: 'object',
          title: 'Parameters',
          required: ['Label'],
          properties: Object.fromEntries(
            names.map(name => [name, { type: 'string', title: name, pattern: '^[a-z]*$' }])
          )
        }
      }
    },
    uiSchema: { parameters: { Secret: { 'ui:widget': 'password' } } },
    instructions: [{ type: 'instructions', value: 'Ask first.' }]
  };
}

let root: Root;
let host: HTMLElement;
let asked: IProvisionRequest[];
let provision: (request: IProvisionRequest) => Promise<unknown>;
let launched: string[];

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  host = document.body.appendChild(document.createElement('div'));
  root = createRoot(host);
  asked = [];
  launched = [];
  provision = () => Promise.resolve({ provisionedProductId: 'pp', recordId: 'rec' });
});

afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

async function show(detail = DETAIL): Promise<void> {
  const clusters = {
    account: null,
    provision: (request: IProvisionRequest) => {
      asked.push(request);
      return provision(request);
    },
    control: {
      request: (method: string, params: { versionId: string }) =>
        Promise.resolve(
          method === 'products.describe'
            ? detail
            : form(params.versionId, ...(params.versionId === 'pa-1' ? ['Old'] : []))
        )
    }
  } as unknown as IClusters;
  await act(async () => {
    root.render(
      <ProductForm
        clusters={clusters}
        translator={nullTranslator}
        trans={nullTranslator.load('test')}
        productId="prod-1"
        name="my-cluster"
        onBack={() => undefined}
        onLaunched={name => launched.push(name)}
      />
    );
    await Promise.resolve();
  });
}

const find = <T extends HTMLElement>(selector: string) => host.querySelector<T>(selector)!;
const button = () => find<HTMLButtonElement>('[data-emr="launch"]');

async function type(selector: string, value: string): Promise<void> {
  const input = find<HTMLInputElement | HTMLSelectElement>(selector);
  const prototype = input instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype;
  await act(async () => {
    // As React sees a user's typing: past its own idea of the value.
    Object.getOwnPropertyDescriptor(prototype, 'value')!.set!.call(input, value);
    input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
    await Promise.resolve();
  });
}

async function press(times = 1): Promise<void> {
  await act(async () => {
    for (let i = 0; i < times; i++) {
      button().click();
    }
    await Promise.resolve();
  });
}

it('takes nothing that does not fit, and says so while one types', async () => {
  await show();
  expect(button().disabled).toBe(true);
  expect(host.textContent).not.toContain('required');
  await type('[data-field="Label"] input', 'ABC');
  expect(button().disabled).toBe(true);
  expect(find('[data-field="Label"]').textContent).toContain('This has to match the pattern ^[a-z]*$');
  await type('[data-field="Label"] input', 'abc');
  expect(button().disabled).toBe(false);
  await type('[data-emr="cluster-name-input"]', '-bad');
  expect(button().disabled).toBe(true);
});

it('has a label for each input and a password field for secrets', async () => {
  await show();
  for (const input of host.querySelectorAll<HTMLElement>('input, select')) {
    expect(host.querySelector(`label[for="${input.id}"]`)).not.toBeNull();
  }
  expect(find<HTMLInputElement>('[data-field="Secret"] input').type).toBe('password');
  expect(find('[data-emr="instructions"]').textContent).toBe('Ask first.');
});

it('launches once however often one presses', async () => {
  await show();
  await type('[data-field="Label"] input', 'abc');
  await press(2);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    productId: 'prod-1',
    versionId: 'pa-2',
    pathId: 'lp-1',
    name: 'my-cluster',
    parameters: { Label: 'abc' }
  });
  expect(launched[0]).toBe('my-cluster');
});

it('keeps what was typed when the server says no, and asks for a new thing after a change', async () => {
  provision = () =>
    Promise.reject(
      new EmrError({ code: 'InvalidParametersException', hop: 'service-catalog', message: 'No.', fix: 'Mend it.' })
    );
  await show();
  await type('[data-field="Label"] input', 'abc');
  await press();
  expect(find('[data-emr="launch-error"]').textContent).toContain('Mend it.');
  expect(find<HTMLInputElement>('[data-field="Label"] input').value).toBe('abc');
  await type('[data-field="Label"] input', 'abcd');
  await press();
  expect(asked[1].token).not.toBe(asked[0].token);
  expect(launched).toEqual([]);
});

it('keeps the token where it is not known whether the request arrived', async () => {
  provision = () => Promise.reject(new EmrError({ code: 'Unanswered', hop: 'kernel', message: 'Who knows.' }));
  await show();
  await type('[data-field="Label"] input', 'abc');
  await press();
  await press();
  expect(asked[1].token).toBe(asked[0].token);
});

it('sends no parameter of another version', async () => {
  await show();
  await type('[data-field="Label"] input', 'abc');
  await type('[data-emr="version-select"]', 'pa-1');
  await type('[data-field="Old"] input', 'old');
  await type('[data-emr="version-select"]', 'pa-2');
  await press();
  expect(asked[0].parameters).toEqual({ Label: 'abc' });
});

it('asks for the launch path where there are several', async () => {
  await show({ ...DETAIL, launchPaths: [...DETAIL.launchPaths, { pathId: 'lp-2', name: 'other' }] });
  expect(host.querySelector('[data-field="Label"]')).toBeNull();
  expect(button().disabled).toBe(true);
  await type('[data-emr="path-select"]', 'lp-2');
  await type('[data-field="Label"] input', 'abc');
  await press();
  expect(asked[0].pathId).toBe('lp-2');
});
