import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { FakeLivy, statement } from '../../livy/__tests__/fakeLivy';
import { NotebookSession, connectLine } from '..';
import { requestOf } from '../reattach/offer';

import type { IAwsContext } from '../../aws/context';
import type { INotebookBinding, ISessionStatus } from '../../protocol';
import type { IBindRequest, IEmrPort } from '..';

const NAME = 'ann-trial-1a2b';
const ROLE = 'arn:aws:iam::123456789012:role/analyst';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:ldap-AbCdEf';

describe('the way in', () => {
  let fake: FakeLivy;
  let url: string;
  let home: string;
  let session: NotebookSession;
  let asked: IAwsContext[];
  let authType: string | undefined;
  let runtimeRoles = false;
  let shown: Record<string, unknown>[];
  const secret = jest.fn(() => Promise.resolve({ username: 'ann', password: 'hush-hush' }));
  const credentials = jest.fn(() => Promise.resolve({ username: 'user_ann', password: 'p' }));
  /** The next kernel; `elsewhere`: on a host that knows nothing of the first. */
  const kernel = (elsewhere = false): NotebookSession =>
    (session = new NotebookSession({
      language: 'pyspark',
      // Where a site has one role, it is taken for who says nothing.
      site: { runtimeRoles: [{ arn: ROLE }] },
      env: { JUPYTERHUB_USER: 'ann', JUPYTER_RUNTIME_DIR: elsewhere ? join(home, 'other') : home },
      sparkmagic: {},
      emr: context => {
        asked.push(context);
        const port: IEmrPort = {
          describe: () =>
            Promise.resolve({ id: 'j-1', name: 'trial', state: 'WAITING', dnsName: 'localhost', region: 'eu-west-1' }),
          livy: () =>
            Promise.resolve({
              port: Number(new URL(url).port),
              tls: false,
              runtimeRoles,
              ...(authType ? { authType } : {})
            }),
          credentials,
          secret
        };
        return port;
      }
    }));
  const until = (fits: (status: ISessionStatus) => unknown): Promise<ISessionStatus> =>
    new Promise(resolve => {
      const look = (status: ISessionStatus): void => {
        if (fits(status)) {
          stop();
          resolve(status);
        }
      };
      const stop = session.board.onChange(look);
      setImmediate(() => look(session.status));
    });
  const settled = () => until(({ state, found }) => state === 'idle' || (state === 'disconnected' && found));
  /** Connect, then kill the kernel: what the notebook holds then. */
  const bound = async (request: IBindRequest): Promise<INotebookBinding> => {
    const first = kernel();
    await first.connect({ clusterId: 'j-1', sessionName: NAME, ...request });
    const { binding } = first.status;
    shown = [{ id: 9, name: NAME, owner: null, kind: 'shared', state: 'idle' }];
    await first.shutdown(true);
    asked = [];
    secret.mockClear();
    return binding ?? { clusterId: '', region: '' };
  };

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'emr-access-'));
    fake = new FakeLivy();
    url = await fake.start();
    asked = [];
    shown = [];
    authType = undefined;
    runtimeRoles = false;
    fake.on('GET /sessions', () => ({ body: { sessions: shown } }));
    fake.on('POST /sessions', seen => ({
      status: 201,
      body: { id: 9, state: 'idle', owner: null, ...(seen.body as object) }
    }));
    fake.on('GET /sessions/9', () => ({ body: { id: 9, name: NAME, state: 'idle', owner: null } }));
    fake.on('GET /sessions/9/statements', () => ({ body: { total_statements: 0, statements: [] } }));
    fake.on('POST /sessions/9/statements', () => ({ status: 201, body: statement(0, 'available', '2') }));
    fake.on('DELETE /sessions/9', () => ({ body: {} }));
  });

  afterEach(async () => {
    await session.shutdown();
    await fake.stop();
    rmSync(home, { recursive: true, force: true });
    jest.clearAllMocks();
  });

  it('of a cluster without authentication is none in the next kernel too', async () => {
    const binding = await bound({ authType: 'None' });
    expect(binding).toEqual({ clusterId: 'j-1', region: 'eu-west-1', sessionName: NAME, authType: 'None' });
    kernel(true).setOffer({ binding, auto: false, look: true });
    expect(await settled()).toMatchObject({ state: 'idle', sessionId: 9 });
    expect(credentials).not.toHaveBeenCalled();
  });

  it('by a secret is stored by its name, and found by it after a kill', async () => {
    authType = 'ldap';
    const access = { authType: 'Basic_Access', secret: SECRET, assumeRole: ROLE, profile: 'research' } as const;
    const binding = await bound({ ...access, verifyCertificate: false });
    expect(binding).toEqual({ clusterId: 'j-1', region: 'eu-west-1', sessionName: NAME, ...access });
    const [record = ''] = readdirSync(join(home, 'jupyterlab-emr-sessions'));
    const kept = readFileSync(join(home, 'jupyterlab-emr-sessions', record), 'utf8');
    expect(JSON.parse(kept)).toMatchObject({ request: { ...access, verifyCertificate: false } });
    expect(kept + JSON.stringify(binding)).not.toContain('hush-hush');

    kernel().setOffer({ binding, auto: false, look: true });
    expect(await settled()).toMatchObject({ state: 'idle', sessionId: 9, binding: access });
    expect(secret).toHaveBeenCalledWith(SECRET);
    expect(asked).toMatchObject([{ assumeRole: ROLE, profile: 'research' }]);
    // What one page's dialog does not say stays as it was.
    await session.connect(session.asBefore({ clusterId: 'j-1', region: 'eu-west-1', verifyCertificate: false }));
    expect(fake.count('DELETE')).toBe(0);
    expect(session.asBefore({ clusterId: 'j-2' })).toEqual({ clusterId: 'j-2' });
    expect(session.asBefore({ clusterId: 'j-1', runtimeRole: ROLE })).not.toHaveProperty('secret');
  });

  it('without verification stays so for who starts anew, by this host’s word only', async () => {
    authType = 'ldap';
    const binding = await bound({ authType: 'Basic_Access', secret: SECRET, verifyCertificate: false });
    const anew = { clusterId: 'j-1', region: 'eu-west-1', fresh: true };
    kernel().setOffer({ binding, auto: false, look: true });
    await settled();
    expect(session.asBefore(anew)).toMatchObject({ secret: SECRET, verifyCertificate: false });
    // Somebody's word goes before.
    expect(session.asBefore({ ...anew, verifyCertificate: true }).verifyCertificate).toBe(true);
    expect(session.asBefore({ ...anew, clusterId: 'j-2' })).not.toHaveProperty('verifyCertificate');
    kernel(true).setOffer({ binding, auto: false, look: true });
    await settled();
    expect(session.asBefore(anew)).toEqual(anew);
  });

  it.each([
    ['None', { authType: 'None' }, 'Basic_Access'],
    ['the role’s', { runtimeRole: ROLE }, 'None']
  ] as const)('by %s is left by who asks for another', async (_name, first, other) => {
    runtimeRoles = 'runtimeRole' in first;
    await kernel().connect({ clusterId: 'j-1', sessionName: NAME, ...first });
    const made = fake.count('POST /sessions');
    // What the first one was, said or not, changes nothing.
    await session.connect({ clusterId: 'j-1', ...first });
    await session.connect({ clusterId: 'j-1', authType: runtimeRoles ? 'Basic_Access' : 'None' });
    expect(fake.count('POST /sessions')).toBe(made);
    runtimeRoles = other === 'Basic_Access';
    await session.connect({ clusterId: 'j-1', authType: other });
    expect(fake.count('POST /sessions')).toBe(made + 1);
    expect(session.status.binding?.authType).toBe(other);
  });

  it('that a notebook from elsewhere names is not gone by itself', async () => {
    authType = 'ldap';
    const binding = await bound({ authType: 'Basic_Access', secret: SECRET });
    for (const [elsewhere, sent] of [
      [true, binding],
      [false, { ...binding, secret: 'another' }],
      [false, { ...binding, sessionName: 'ann-other-2' }],
      [false, { ...binding, caBundle: '/tmp/ca.pem' }]
    ] as const) {
      kernel(elsewhere).setOffer({ binding: sent, auto: true, look: true });
      expect((await settled()).found).toContain(`--auth-type Basic_Access --secret ${sent.secret}`);
      await expect(session.run({ code: '1', kind: 'pyspark' })).rejects.toMatchObject({
        code: 'NotConnected',
        fix: expect.stringContaining(`--secret ${sent.secret}`)
      });
      expect(session.asBefore({ clusterId: 'j-1' })).toEqual({ clusterId: 'j-1' });
    }
    expect(asked).toEqual([]);
    expect(secret).not.toHaveBeenCalled();
    // Somebody's word takes it up.
    await kernel(true).connect(requestOf({ binding }, {}));
    expect(secret).toHaveBeenCalledWith(SECRET);
  });

  it('stands in the line that binds again', () => {
    const binding = { clusterId: 'j-1', region: 'eu-west-1' };
    expect(connectLine({ ...binding, authType: 'Kerberos', profile: 'my own', caBundle: '/a b/"c".pem' })).toBe(
      '%emr connect --cluster-id j-1 --region eu-west-1 --auth-type Kerberos --profile "my own" --ca-bundle "/a b/\\"c\\".pem"'
    );
  });
});
