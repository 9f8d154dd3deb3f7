import { EmrError } from '../../protocol';
import { parseCell, runCell } from '..';
import { RemoteError } from '../../session';
import { FakeCell, fakeNotebook } from './notebook';

import type { Language } from '../../protocol';

const ROLE = 'arn:aws:iam::123456789012:role/analyst';

async function run(code: string, kit = fakeNotebook()): Promise<FakeCell> {
  const cell = new FakeCell(code);
  await runCell(cell, kit.notebook);
  return cell;
}

/** The message and the fix of a cell that fails. */
async function failure(code: string, kit = fakeNotebook()): Promise<string> {
  const error: unknown = await run(code, kit).then(
    () => undefined,
    (thrown: unknown) => thrown
  );
  return error === undefined ? 'it did not fail' : `${(error as EmrError).message} ${(error as EmrError).fix ?? ''}`;
}

describe('parseCell', () => {
  const ours = (name: string): boolean => name !== 'json';

  it.each([
    ['1 + 1', { lineMagics: [], body: '1 + 1' }],
    ['# a\n\n%%sql -n 5\nselect 1', { cellMagic: { name: 'sql', line: '-n 5' }, lineMagics: [], body: 'select 1' }],
    ['%emr status\r\n\r\nx', { lineMagics: [{ name: 'emr', line: 'status' }], body: '\nx' }],
    [
      '%emr connect \\\n  --region r\ny',
      { lineMagics: [{ name: 'emr', line: 'connect    --region r'.replace('    ', '   ') }], body: 'y' }
    ],
    ['%json x', { lineMagics: [], body: '%json x' }],
    ['x = 1\n%emr status', { lineMagics: [], body: 'x = 1\n%emr status' }]
  ])('%j', (code, expected) => {
    const parsed = parseCell(code, ours);
    const tidy = parsed.lineMagics.map(magic => ({ ...magic, line: magic.line.replace(/\s+/g, ' ') }));
    const wanted = expected.lineMagics.map(magic => ({ ...magic, line: magic.line.replace(/\s+/g, ' ') }));
    expect({ ...parsed, lineMagics: tidy }).toEqual({ ...expected, lineMagics: wanted });
  });
});

describe('code', () => {
  it.each<[Language, string, string, string]>([
    ['pyspark', 'x', 'pyspark', 'x'],
    ['pyspark', '# ours\n\n%%r\nx', 'sparkr', 'x'],
    ['pyspark', '%%scala\nval x = 1', 'spark', 'val x = 1'],
    ['pyspark', '%%spark\nx', 'pyspark', '\nx'],
    ['spark', '%%spark\nx', 'spark', 'x'],
    ['spark', '%%pyspark\nx', 'pyspark', '\nx'],
    ['sparkr', 'x', 'sparkr', 'x'],
    ['pyspark', '%load_ext sagemaker_studio_analytics_extension.magics\nx', 'pyspark', '\nx'],
    ['pyspark', 'd = 1\n%json d', 'pyspark', 'd = 1\n%json d']
  ])('in %s: %j is %s', async (language, code, kind, body) => {
    const kit = fakeNotebook(language);
    await run(code, kit);
    expect(kit.ran).toMatchObject([{ code: body, kind }]);
  });

  it('asks for no cluster where there is nothing to run', async () => {
    const kit = fakeNotebook();
    await run('# only a comment\n\n', kit);
    await run('%emr clear', kit);
    expect(kit.ran).toEqual([]);
  });

  it('shows what came, in Jupyter’s own kinds', async () => {
    const kit = fakeNotebook();
    kit.state.answer = { stdout: 'hi\n', displays: [{ 'image/png': 'A' }], result: { 'text/plain': '2' } };
    expect((await run('x', kit)).outputs).toEqual([
      { stream: 'stdout', text: 'hi\n' },
      { display: { 'image/png': 'A' } },
      { result: { 'text/plain': '2' } }
    ]);
    expect((await run('%%sql -q\nselect 1', kit)).outputs).toEqual([]);
  });

  it('hands on how many rows are wanted', async () => {
    const kit = fakeNotebook();
    await run('%%sql -n 7\nselect 1', kit);
    await run('%%sql -n -1 -m take -r 0.5 -c False\nselect 1', kit);
    await run('%%sql\nselect 1', kit);
    expect(kit.ran.map(item => item.maxRows)).toEqual([7, -1, 2500]);
    expect(kit.ran.map(item => /limit=(\d+), fraction=(\w+)/.exec(item.code)?.slice(1))).toEqual([
      ['7', 'None'],
      ['1000000', 'None'],
      ['2500', 'None']
    ]);
  });

  it.each([
    ['%%sql\nselect 1', 'select 1'],
    ['%%sql select 1', 'select 1\\n'],
    ['%%spark -c sql\nselect 1', 'select 1'],
    ['%%sql -m sample -r 0.5 -n 20\nselect "é😀"\n-- %json', 'select \\"\\u00e9\\U0001f600\\"\\n-- %json']
  ])('%j is run by the session’s Python', async (code, query) => {
    const kit = fakeNotebook('spark');
    await run(code, kit);
    expect(kit.ran).toHaveLength(1);
    expect(kit.ran[0]?.kind).toBe('pyspark');
    expect(kit.ran[0]?.code).toContain(`code="${query}", `);
    expect(kit.ran[0]?.code).toContain(
      code.includes('sample') ? 'limit=20, fraction=0.5' : 'limit=2500, fraction=None'
    );
  });

  it('shows a failing query as its own error, without the Python around it', async () => {
    const kit = fakeNotebook();
    kit.session.run = () =>
      Promise.reject(
        new RemoteError('AnalysisException', '[TABLE_OR_VIEW_NOT_FOUND] no t', [
          'Traceback (most recent call last):',
          '  File "<string>", line 40, in run',
          'pyspark.errors.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] no t',
          "'UnresolvedRelation"
        ])
      );
    const error = await run('%%sql\nselect * from t', kit).catch((thrown: unknown) => thrown);
    expect((error as RemoteError).traceback).toEqual([
      'pyspark.errors.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] no t',
      "'UnresolvedRelation"
    ]);
  });

  it('runs SQL without Python where the cluster has none, and says so', async () => {
    const kit = fakeNotebook();
    const { run: answer } = kit.session;
    kit.session.run = request =>
      request.kind === 'sql'
        ? answer(request)
        : Promise.reject(new RemoteError('InterpreterError', 'Fail to start interpreter', []));
    expect((await run('%%sql -n 3\nselect 1', kit)).text).toContain('no Python');
    expect(kit.ran).toEqual([{ code: 'select 1', kind: 'sql', maxRows: 3 }]);
  });
});

describe('bindings', () => {
  const on = (kit: ReturnType<typeof fakeNotebook>): unknown[] =>
    kit.ran.map(item => (item as unknown as Record<string, unknown>)['on']);

  it('makes the first current, others where asked to, and runs cells where they say', async () => {
    const kit = fakeNotebook();
    await run('%emr connect --name trial --livy-url http://h:1', kit);
    const second = await run('%emr connect --name research --livy-url http://h:2', kit);
    expect(second.text).toContain('%%sql -s research');
    for (const code of ['1', '%%spark -s research\n1', '%%sql -s research\nselect 1', '%%pyspark -s trial\n1']) {
      await run(code, kit);
    }
    expect(on(kit)).toEqual(['trial', 'research', 'research', 'trial']);
    await run('%emr use research', kit);
    await run('1', kit);
    expect(on(kit).at(-1)).toBe('research');
    await run('%emr connect --name third --default --livy-url http://h:3', kit);
    expect(kit.bindings.name).toBe('third');
    await run('%emr disconnect --name third', kit);
    expect(kit.bindings.list().map(item => item.name)).not.toContain('third');
  });

  it('forgets a new one that cannot be connected', async () => {
    const kit = fakeNotebook();
    kit.session.connect = () => Promise.reject(new Error('no'));
    await expect(run('%emr connect --name trial --livy-url http://h:1', kit)).rejects.toThrow('no');
    expect(kit.bindings.list().map(item => item.name)).toEqual(['default']);
  });

  it.each([
    ['%%sql -s nobody\nselect 1', 'no binding named "nobody"'],
    ['%emr status --name nobody', 'no binding named "nobody"'],
    ['%emr use', 'needs one name'],
    ['%emr connect --name "a b"', 'begins with a letter']
  ])('%j is told', async (code, words) => {
    expect(await failure(code)).toContain(words);
  });
});

describe('what cannot be', () => {
  it.each([
    ['%emr conect', 'Did you mean %emr connect?'],
    ['%emr', ''],
    ['%emr connect --cluster j-1', 'Did you mean --cluster-id?'],
    ['%emr connect --regoin x', 'Did you mean --region?'],
    ['%emr connect --cluster-id', 'needs a value'],
    ['%emr connect --cluster-id --region x', 'needs a value'],
    ['%emr connect --cluster-id j-1 --cluster-id j-2', 'given twice'],
    ['%emr connect --cluster-id my-cluster', 'is not the id of a cluster'],
    [`%emr connect --cluster-id j-1 --runtime-role role/x`, 'is not the ARN of a role'],
    [`%emr connect --cluster-id j-1 --runtime-role arn:aws:iam::123456789012:role/${'x'.repeat(2048)}`, 'too long'],
    ['%emr connect --auth-type ldap', 'None, Kerberos, Basic_Access'],
    ['%emr connect --language scala', 'Switch the notebook’s kernel'],
    ['%emr connect "a', 'quotation mark'],
    ['%emr connect --livy-url http://h:1 --cluster-id j-1', 'not both'],
    ['%emr connect --livy-url http://h:1 --auth-type Basic_Access', 'LIVY_USERNAME'],
    ['%emr status now', 'does not know what to do with "now"'],
    ['%emr provision', 'needs one name'],
    ['%emr provision "a b" --product x', 'cannot be the name'],
    ['%emr terminate', 'needs the cluster'],
    ['%time x', 'IPython’s magics'],
    ['%status', 'Did you mean %emr status?'],
    ['%sql select 1', 'write %%sql'],
    ['%%emr status', 'with one %'],
    ['%%sq\nx', 'Did you mean %%sql?'],
    ['%%sql --maxrow 3\nx', 'Did you mean --maxrows?'],
    ['%%sql -n many\nx', 'number of rows'],
    ['%%sql -r 2\nx', 'between 0 and 1'],
    ['%%sql -o 1df\nx', 'name of a variable'],
    ['%%spark -c maybe\nx', 'True, False, spark, sql'],
    ['%%configure', 'needs a JSON object'],
    ['%%configure\n{"a": }', 'not JSON'],
    ['%%configure\n{"executorMemry": "1g"}', 'Did you mean "executorMemory"?'],
    ['%%configure\n{"driverCores": "2"}', 'whole number'],
    ['%%configure\n{"name": "17"}', 'has to have a letter'],
    ['%%cleanup', 'Add -f'],
    ['%%delete -s 3', '-f'],
    ['%load_ext autoreload', 'no IPython'],
    ['%sm_analytics emr-serverless connect', 'needs --application-id'],
    ['%sm_analytics emr-serverless connect --application-id 00f1 --emr-execution-role-arn x', 'is not the ARN'],
    ['%sm_analytics emr-serverless connect --application-id 00F1', 'is not the id of an application'],
    ['%sm_analytics emr-serverless connect --cluster-id j-1', 'takes no --cluster-id'],
    ['%sm_analytics emr connect --application-id 00f1 --cluster-id j-1 --auth-type None', 'takes no --application-id'],
    ['%sm_analytics emt connect', 'Did you mean %sm_analytics emr connect?'],
    [
      '%sm_analytics emr connect --cluster-id j-1 --auth-type None --no-override-krb5-conf',
      'is for clusters with Kerberos'
    ],
    ['%sm_analytics emr start', 'emr connect'],
    ['%sm_analytics emr connect --auth-type None', 'needs --cluster-id'],
    ['%sm_analytics emr connect --cluster-id j-1', 'needs --auth-type'],
    ['%sm_analytics emr connect --cluster-id j-1 --auth-type Basic_Access --secret "{a b}"', 'not the name or ARN'],
    [`%emr connect --cluster-id j-1 --secret s --runtime-role ${ROLE}`, 'does not go with --runtime-role'],
    ['%emr connect --livy-url http://h:1 --secret s --auth-type None', 'does not go with --auth-type None'],
    ['%sm_analytics emr connect --cluster-id j-1 --auth-type Basic_Access --emr-execution-role-arn x', 'is not the ARN']
  ])('%s', async (code, words) => {
    const kit = fakeNotebook();
    if (words) {
      expect(await failure(code, kit)).toContain(words);
    } else {
      await run(code, kit);
    }
    expect(kit.bound).toEqual([]);
    expect(kit.ran).toEqual([]);
  });
});

describe('%emr connect', () => {
  it.each([
    [`--cluster-id j-1AB --runtime-role ${ROLE}`, { clusterId: 'j-1AB', runtimeRole: ROLE }],
    ['--cluster-id=j-1AB --auth-type basic_access', { clusterId: 'j-1AB', authType: 'Basic_Access' }],
    ['--cluster-id j-1AB --verify-certificate False', { clusterId: 'j-1AB', verifyCertificate: false }],
    ['--cluster-id j-1AB --verify-certificate /ca.pem', { clusterId: 'j-1AB', caBundle: '/ca.pem' }],
    ['--cluster-id j-1AB --ca-bundle "/a b/ca.pem"', { clusterId: 'j-1AB', caBundle: '/a b/ca.pem' }],
    [
      `--cluster-id j-1AB --region r --profile p --assume-role ${ROLE} --session-name my.name --language python --name main`,
      { clusterId: 'j-1AB', region: 'r', profile: 'p', assumeRole: ROLE, sessionName: 'my.name' }
    ],
    ['--livy-url http://h:8998', { livyUrl: 'http://h:8998' }]
  ])('%s', async (line, request) => {
    const kit = fakeNotebook();
    const cell = await run(`%emr connect ${line}`, kit);
    expect(kit.bound).toEqual([request]);
    expect(cell.text).toContain('Connected to trial');
  });

  it('without a cluster goes where the notebook belongs', async () => {
    const kit = fakeNotebook();
    kit.session.offer = { binding: { clusterId: 'j-9', region: 'r', runtimeRole: ROLE }, auto: false };
    await run('%emr connect', kit);
    expect(kit.bound).toEqual([{ clusterId: 'j-9', region: 'r', runtimeRole: ROLE }]);
  });
});

describe('%sm_analytics', () => {
  /** The JSON line that tools parse: the last one. */
  const report = (cell: FakeCell): unknown => JSON.parse(cell.text.trim().split('\n').pop() ?? '');

  it.each([
    [
      `emr connect --cluster-id j-1 --auth-type Basic_Access --language python --emr-execution-role-arn ${ROLE}`,
      { authType: 'Basic_Access', runtimeRole: ROLE }
    ],
    [
      `emr join --cluster-id j-1 --auth-type basic_access --execution-role-arn ${ROLE}`,
      { authType: 'Basic_Access', runtimeRole: ROLE }
    ],
    [
      '--cluster-id=j-1 EMR Connect --auth-type Basic_Access --secret livy/user --override-krb5-conf',
      { authType: 'Basic_Access', secret: 'livy/user' }
    ],
    [
      `emr connect --cluster-id j-1 --auth-type Basic_Access --secret s --emr-execution-role-arn ${ROLE}`,
      { authType: 'Basic_Access', runtimeRole: ROLE }
    ],
    [
      'emr connect --cluster-id j-1 --auth-type Kerberos --secret s --no-override-krb5-conf --verify-certificate /ca.pem',
      { authType: 'Kerberos', secret: 's', overrideKrb5Conf: false, caBundle: '/ca.pem' }
    ],
    [
      `emr connect --cluster-id j-1 --auth-type None --assumable-role-arn ${ROLE} --verify-certificate False`,
      { authType: 'None', assumeRole: ROLE, verifyCertificate: false }
    ]
  ])('%s', async (line, request) => {
    const kit = fakeNotebook();
    const cell = await run(`%sm_analytics ${line}`, kit);
    expect(kit.bound).toEqual([{ clusterId: 'j-1', ...request }]);
    // The peer's line, sign for sign.
    expect(cell.text.trim().split('\n').pop()).toBe(
      '{"namespace": "sagemaker-analytics", "cluster_id": "j-1", "error_message": null, "success": true, "service": "emr", "operation": "connect"}'
    );
  });

  it('prints its JSON line also where it fails, and the cell fails', async () => {
    const cell = new FakeCell('%sm_analytics emr connect --cluster-id nonsense --auth-type None');
    await expect(runCell(cell, fakeNotebook().notebook)).rejects.toMatchObject({ code: 'UsageError' });
    expect(report(cell)).toMatchObject({
      success: false,
      cluster_id: 'nonsense',
      error_message: expect.stringContaining('nonsense')
    });
  });

  it('asks for user name and password where the cluster turns out to want them, and says how where nobody is there', async () => {
    const kit = fakeNotebook();
    const connect = kit.session.connect;
    kit.session.connect = request =>
      request.basic
        ? connect(request)
        : Promise.reject(new EmrError({ code: 'LivyLoginNeeded', hop: 'config', message: 'asks for a password' }));
    const line = '%sm_analytics emr connect --cluster-id j-1 --auth-type Basic_Access';
    expect(await failure(line, kit)).toMatch(/nobody is there.*--secret/);
    Object.assign(kit.notebook, { env: { LIVY_USERNAME: 'u', LIVY_PASSWORD: 'p' } });
    await run(line, kit);
    expect(kit.bound).toEqual([
      { clusterId: 'j-1', authType: 'Basic_Access', basic: { username: 'u', password: 'p' } }
    ]);
  });
});

describe('sparkmagic’s cell magics', () => {
  it('%%configure keeps the settings for the next session; -f is needed once there is one', async () => {
    const kit = fakeNotebook();
    await run('%%configure\n{"executorMemory": "4g", "conf": {"spark.x": 3}}', kit);
    expect(kit.state.settings).toEqual({ executorMemory: '4g', conf: { 'spark.x': '3' } });
    kit.state.connected = true;
    expect(await failure('%%configure\n{}', kit)).toContain('Add -f');
    await run('%%configure -f {"numExecutors": 2}', kit);
    expect(kit.state.settings).toEqual({ numExecutors: 2 });
  });

  it('%%info shows the sessions, %%logs the log', async () => {
    const kit = fakeNotebook();
    kit.state.connected = true;
    const cell = await run('%%info', kit);
    expect(cell.outputs.some(item => 'display' in item && 'text/html' in item.display)).toBe(true);
    expect((await run('%%logs', kit)).text).toBe('one\ntwo\n');
  });

  it('%%cleanup -f ends one’s own sessions, the notebook’s last, and nobody else’s', async () => {
    const kit = fakeNotebook();
    kit.state.connected = true;
    await run('%%cleanup -f', kit);
    expect(kit.state.deleted).toEqual([4, 3]);
  });

  it('%%delete ends the one of one’s own that is named, but not the notebook’s', async () => {
    const kit = fakeNotebook();
    kit.state.connected = true;
    expect(await failure('%%delete -f -s 5', kit)).toContain('Session 5 bob-x-3 is somebody else’s');
    expect(await failure('%%delete -f -s 3', kit)).toContain('own session');
    expect(await failure('%%delete -f -s 99', kit)).toContain('no session 99');
    expect(kit.state.deleted).toEqual([]);
    expect((await run('%%delete -f -s 4', kit)).text).toBe('Session 4 ended.\n');
    expect(kit.state.deleted).toEqual([4]);
  });
});

describe('help', () => {
  it.each([
    '%emr help',
    '%emr',
    '%%help',
    '%emr help connect',
    '%emr connect --help',
    '%%help sql',
    '%sm_analytics help',
    '%sm_analytics emr help',
    '%sm_analytics emr-serverless connect --help'
  ])('%s is one page', async code => {
    const { outputs } = await run(code);
    expect(outputs).toEqual([{ page: expect.stringMatching(/%/) }]);
  });
});
