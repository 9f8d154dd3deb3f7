import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Assist } from '..';
import { fakeSession } from './fakeSession';

import type { ILocalPython } from '../../ipython';
import type { INotebook } from '../../magics';

/** A notebook with two bindings, whose control answers from a table. */
function make(options: { control?: Record<string, unknown>; env?: Record<string, string>; local?: ILocalPython } = {}) {
  const called: { method: string; aws: unknown }[] = [];
  const main = fakeSession(() => JSON.stringify({ items: [['frame', 'instance']] }));
  const other = fakeSession(() => JSON.stringify({ items: [['elsewhere', 'instance']] }));
  for (const { session } of [main, other]) {
    Object.assign(session, {
      info: { id: 3, url: 'http://h:1' },
      sessions: () => Promise.resolve([{ id: 3 }, { id: 14 }])
    });
  }
  const notebook = {
    language: 'pyspark',
    env: { HOME: '/nowhere', ...options.env },
    site: { runtimeRoles: [{ arn: 'arn:aws:iam::123456789012:role/site' }] },
    session: main.session,
    bindings: {
      list: () => [
        { name: 'default', session: main.session, isCurrent: true },
        { name: 'research', session: other.session, isCurrent: false }
      ]
    },
    control: (aws: unknown) =>
      Promise.resolve({
        call: (method: string) => {
          called.push({ method, aws });
          const answer = options.control?.[method];
          return typeof answer === 'function' ? (answer as () => unknown)() : Promise.resolve(answer);
        }
      })
  } as unknown as INotebook;
  const assist = new Assist({
    notebook,
    localPython: () => (options.local ? Promise.resolve(options.local) : undefined)
  });
  const complete = async (code: string): Promise<string[]> => (await assist.complete(code, code.length)).matches;
  return { assist, complete, called, main, other };
}

const CONTROL = {
  'clusters.list': {
    clusters: [
      { key: 'pp-1', name: 'trial', clusterId: 'j-1A' },
      { key: 'pp-2', name: 'made', clusterId: undefined }
    ]
  },
  'products.list': [{ name: 'Small' }, { name: 'Large' }],
  'roles.list': [{ arn: 'arn:aws:iam::123456789012:role/product' }]
};

describe('values of magics', () => {
  it.each([
    ['%emr connect --cluster-id ', ['j-1A']],
    ['%emr connect --cluster-id=j-', ['--cluster-id=j-1A']],
    ['x = 1\n%emr connect --cluster-id ', ['j-1A']],
    ['%emr terminate tr', ['trial']],
    ['%emr provision x --product S', ['Small']],
    ['%emr products ', ['Small', 'Large', '--region', '--profile', '--assume-role']],
    [
      '%emr connect --runtime-role arn',
      ['arn:aws:iam::123456789012:role/site', 'arn:aws:iam::123456789012:role/product']
    ],
    ['%sm_analytics emr connect --cluster-id ', ['j-1A']],
    ['%emr use r', ['research']],
    ['%emr status -s ', ['default', 'research']],
    ['%%sql -s re', ['research']],
    ['%%delete -f -s ', ['3', '14']],
    ['%emr sessions --end 1', ['14']],
    ['%json fr', ['frame', 'from']],
    ['%emr connect --session-name ', []]
  ])('%j', async (code, matches) => {
    expect(await make({ control: CONTROL }).complete(code)).toEqual(matches);
  });

  it('asks the account and region of the line', async () => {
    const { complete, called } = make({ control: CONTROL });
    await complete('%emr connect --region eu-west-1 --profile desk --cluster-id ');
    expect(called).toEqual([{ method: 'clusters.list', aws: { region: 'eu-west-1', profile: 'desk' } }]);
  });

  it('asks once for the keys that follow', async () => {
    const { complete, called } = make({ control: CONTROL });
    await complete('%emr connect --cluster-id ');
    await complete('%emr connect --cluster-id j');
    await complete('%emr terminate t');
    expect(called.map(({ method }) => method)).toEqual(['clusters.list', 'clusters.list']);
  });

  it('offers nothing, and says nothing, where AWS fails or does not answer', async () => {
    const failing = make({ control: { 'clusters.list': () => Promise.reject(new Error('no credentials')) } });
    expect(await failing.complete('%emr connect --cluster-id ')).toEqual([]);
    const hanging = make({ control: { 'clusters.list': () => new Promise(() => undefined) } });
    expect(await hanging.complete('%emr connect --cluster-id ')).toEqual([]);
  });

  it('lists files and folders, hidden ones where a dot is typed, and AWS profiles by their titles', async () => {
    const home = mkdtempSync(join(tmpdir(), 'emr-values-'));
    try {
      mkdirSync(join(home, 'certs'));
      mkdirSync(join(home, '.aws'));
      writeFileSync(join(home, 'certs', 'ca.pem'), '');
      writeFileSync(join(home, '.aws', 'config'), '[default]\nregion = x\n[profile desk]\n[sso-session corp]\n');
      writeFileSync(join(home, '.aws', 'credentials'), '[other]\naws_secret_access_key = hidden\n');
      const { complete } = make({ env: { HOME: home } });
      expect(await complete(`%emr connect --ca-bundle ${home}/`)).toEqual([`${home}/certs/`]);
      expect(await complete('%emr connect --ca-bundle ~/certs/c')).toEqual(['~/certs/ca.pem']);
      expect(await complete(`%emr connect --ca-bundle ${home}/.`)).toEqual([`${home}/.aws/`]);
      expect(await complete('%emr connect --ca-bundle /no/such/folder/')).toEqual([]);
      expect(await complete('%emr clusters --profile ')).toEqual(['default', 'desk', 'other']);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

describe('code of a cell', () => {
  it('is completed on the binding that its magic names', async () => {
    const { complete, main, other } = make();
    expect(await complete('%%pyspark -s research\nelse')).toEqual(['elsewhere', 'else']);
    expect(main.asked).toHaveLength(0);
    expect(other.asked).toHaveLength(1);
    expect(await complete('%%pyspark -s nosuch\nelse')).toEqual([]);
  });

  it('of %%local is completed by the Python beside the kernel, where it runs', async () => {
    const found = { matches: ['here'], cursorStart: 0, cursorEnd: 2 };
    const local = { complete: () => Promise.resolve(found) } as unknown as ILocalPython;
    const { assist, main } = make({ local });
    expect(await assist.complete('%%local\nhe', 10)).toEqual({ matches: ['here'], cursorStart: 8, cursorEnd: 10 });
    expect(await make().complete('%%local\nhe')).toEqual([]);
    expect(main.asked).toHaveLength(0);
  });

  it('has an answer in time where the driver hangs', async () => {
    const { assist, main } = make();
    main.session.quick = () => new Promise(() => undefined);
    expect(await assist.complete('df.', 3)).toEqual({ matches: [], types: [], cursorStart: 3, cursorEnd: 3 });
    expect(await assist.inspect('df', 1, 0)).toBeUndefined();
  });
});
