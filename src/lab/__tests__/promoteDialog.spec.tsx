import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { act } from 'react';
import type { Root } from 'react-dom/client';
import { createRoot } from 'react-dom/client';

import type { IDeployStep, IPreview } from '../../protocol';
import { EmrError } from '../../protocol';
import { PromotionModel } from '../model/promotion';
import type { IControl } from '../tokens';
import { PromoteBody } from '../widgets/promote/body';

const trans = nullTranslator.load('test');

const PREVIEW: IPreview = {
  script: {
    text: 'import sys\n\nspark.range(3).count()\n',
    origin: { notebook: 'features.ipynb' },
    packages: [],
    warnings: [],
    arguments: [],
    sparkConf: {},
    omissions: [{ cell: 1, text: '%%local', reason: 'It runs on the Jupyter host.' }],
    cells: [{ cell: 0, first: 3, last: 3 }],
    reads: [],
    writes: []
  },
  scriptPath: 'work/features.py',
  pipelineText: 'name: features\n',
  pipelinePath: 'work/emr-pipeline.yaml',
  pipelineExists: false,
  schema: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string' },
      caps: { type: 'object', properties: { vcpu: { type: 'integer' } } },
      retries: { type: 'integer' }
    }
  },
  form: { name: 'features', caps: { vcpu: 16 } },
  problems: [],
  rolePlan: {
    roleName: 'emr-pipeline-features',
    trust: {},
    statements: [
      {
        sid: 'Read',
        effect: 'Allow',
        actions: ['s3:GetObject'],
        resources: ['arn:x'],
        reason: 'The script reads raw ticks.'
      }
    ],
    lakeFormation: []
  }
};
const STEP: IDeployStep = { id: 'role', label: 'Role', status: 'created' };

let root: Root;
let host: HTMLElement;
let asked: { method: string; params: Record<string, unknown> }[];
let saved: [string, string][];
let answer: (method: string, params: Record<string, unknown>) => unknown;
let model: PromotionModel;

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  host = document.body.appendChild(document.createElement('div'));
  // jsdom has no layout; Chromium answers with a promise.
  Element.prototype.scrollTo = () => Promise.resolve() as unknown as void;
  root = createRoot(host);
  asked = [];
  saved = [];
  answer = method =>
    method === 'promote.deploy'
      ? {
          pipeline: 'features',
          region: 'r',
          applicationId: '00app',
          roleArn: '',
          scriptUri: '',
          steps: [STEP],
          left: ['Grant it.']
        }
      : PREVIEW;
});
afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

async function show(): Promise<void> {
  const control = {
    event: new Signal<object, unknown>({}),
    request: (method: string, params: Record<string, unknown>) => {
      asked.push({ method, params });
      const result = answer(method, params);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    }
  } as unknown as IControl;
  model = new PromotionModel({
    control,
    path: 'work/features.ipynb',
    notebook: { cells: [] },
    save: (path, text) => {
      saved.push([path, text]);
      return Promise.resolve();
    }
  });
  await act(async () => {
    root.render(
      <PromoteBody
        model={model}
        cells={[
          { kind: 'code', source: 'spark.range(3).count()' },
          { kind: 'code', source: '%%local\n1' }
        ]}
        translator={nullTranslator}
        trans={trans}
        onClose={() => undefined}
        onShow={() => undefined}
      />
    );
    await Promise.resolve();
  });
}

const hook = <E extends HTMLElement = HTMLElement>(name: string) => host.querySelector<E>(`[data-emr="${name}"]`);
const click = (name: string) =>
  act(async () => {
    hook<HTMLButtonElement>(name)!.click();
    await new Promise(resolve => setTimeout(resolve, 0));
  });

it('promotes by three clicks: what was left out, the file and the role are shown on the way', async () => {
  await show();
  expect(hook('promote-script-text')!.textContent).toContain('spark.range(3).count()');
  expect(hook('promote-omission')!.textContent).toContain('It runs on the Jupyter host.');
  // Enter goes on, though the button could not be pressed before the script was there.
  expect(document.activeElement).toBe(hook('promote-next'));
  await click('promote-next');
  expect(hook('promote-pipeline')!.parentElement!.hidden).toBe(false);
  await click('promote-next');
  expect(asked.map(({ method, params }) => [method, params['compare']])).toEqual([
    ['promote.preview', false],
    ['promote.preview', true]
  ]);
  expect(hook('promote-role')!.textContent).toContain('The script reads raw ticks.');
  expect(saved).toEqual([]);
  await click('promote-submit');
  expect(saved).toEqual([
    ['work/features.py', PREVIEW.script!.text],
    ['work/emr-pipeline.yaml', PREVIEW.pipelineText]
  ]);
  expect(asked[2]).toMatchObject({ method: 'promote.deploy', params: { pipelineText: 'name: features\n' } });
  expect(hook('deployed')!.textContent).toContain('00app');
  expect(hook('deployed')!.textContent).toContain('Grant it.');
  expect(hook('deploy-steps')!.textContent).toContain('created');
});

it('keeps from promoting what has an error, and says it at its field', async () => {
  answer = () => ({
    ...PREVIEW,
    rolePlan: undefined,
    problems: [
      {
        severity: 'error',
        subject: 'pipeline',
        field: 'caps.vcpu',
        message: 'Too small for a driver.',
        fix: 'At least 8.'
      }
    ]
  });
  await show();
  await click('promote-next');
  const field = host.querySelector('[data-field="caps.vcpu"] .jp-EMR-fieldErrors')!;
  expect(field.textContent).toContain('Too small for a driver. At least 8.');
  await click('promote-next');
  expect(hook<HTMLButtonElement>('promote-submit')!.disabled).toBe(true);
});

it('a deployment that failed can be tried again, as another one', async () => {
  let fails = true;
  const before = answer;
  answer = (method, params) =>
    method === 'promote.deploy' && fails
      ? new EmrError({ code: 'AccessDenied', hop: 'iam', message: 'You may not make roles.', fix: 'Ask.' })
      : before(method, params);
  await show();
  await click('promote-next');
  await click('promote-next');
  await click('promote-submit');
  expect(hook('deploy-error')!.textContent).toContain('You may not make roles.');
  fails = false;
  await click('promote-submit');
  expect(hook('deployed')).not.toBeNull();
  const [first, second] = asked
    .filter(({ method }) => method === 'promote.deploy')
    .map(({ params }) => params['token']);
  expect(first).not.toBe(second);
});

it('sends the whole form, and no more than was changed in it', async () => {
  jest.useFakeTimers();
  await show();
  act(() => hook<HTMLButtonElement>('promote-next')!.click());
  const input = host.querySelector<HTMLInputElement>('[data-field="caps.vcpu"] input')!;
  expect(input.value).toBe('16');
  act(() => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!.call(input, '32');
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await act(async () => {
    jest.advanceTimersByTime(1000);
    await Promise.resolve();
  });
  jest.useRealTimers();
  expect(asked[1].params).toMatchObject({
    form: { name: 'features', caps: { vcpu: 32 } },
    pipelineText: 'name: features\n'
  });
  expect(Object.keys(asked[1].params['form'] as object)).toEqual(['name', 'caps']);
});
