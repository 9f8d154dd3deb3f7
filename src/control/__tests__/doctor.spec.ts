/** The doctor, with each fault made for real: names, ports, certificates, answers, permissions, clusters. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { doctor, doctorText } from '..';
import { readSiteConfig } from '../../config';
import { makeCertificate } from '../../livy/__tests__/certificate';
import type { ICheck, IDoctorTarget } from '..';
import type { ILocalAccount } from './localAccount';
import { startLocalAccount } from './localAccount';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'emr-doctor-'));
const closing: (() => void)[] = [];
afterAll(() => {
  closing.forEach(close => close());
  rmSync(folder, { recursive: true });
});

const names = (checks: ICheck[]): string[] => checks.map(check => check.name);
const last = (checks: ICheck[]): ICheck => checks[checks.length - 1];
const way = (target: IDoctorTarget): Promise<ICheck[]> => doctor({}, { timeoutMs: 1000, ...target });

async function listen(server: Server | ReturnType<typeof createTcp>): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

/** Livy as far as the doctor asks it. */
const livy =
  (sessions: unknown[] = []): RequestListener =>
  (request, response) =>
    json(200, request.url === '/version' ? { version: '0.8.0-incubating' } : { from: 0, total: 0, sessions })(
      request,
      response
    );

describe('the way to a Livy', () => {
  it('is free: every hop with its time', async () => {
    const port = await listen(createHttp(livy()));
    const checks = await way({ livyUrl: `http://127.0.0.1:${port}` });
    expect(names(checks)).toEqual(['node', 'version', 'dns', 'tcp', 'tls', 'livy', 'admission', 'sessions']);
    expect(checks.every(check => check.ok)).toBe(true);
    expect(checks.find(check => check.name === 'livy')).toMatchObject({
      message: 'Livy 0.8.0-incubating answers.',
      ms: expect.any(Number)
    });
    expect(doctorText(checks)).toMatch(/^ok {3,}\d\.\d\d s {2}Port \d+ takes connections\.$/m);
  });

  it('stops at a name that nobody knows', async () => {
    const checks = await way({ livyUrl: 'https://no-such-host.invalid:8998' });
    expect(last(checks)).toMatchObject({
      name: 'dns',
      ok: false,
      fix: expect.stringContaining('DNS of the cluster’s VPC')
    });
    expect(last(checks).message).toContain('no-such-host.invalid');
  });

  it('stops at a port where nobody listens', async () => {
    const server = createTcp();
    const port = await listen(server);
    await new Promise(resolve => server.close(resolve));
    const checks = await way({ livyUrl: `https://localhost:${port}` });
    expect(last(checks)).toMatchObject({ name: 'tcp', ok: false, fix: expect.stringContaining('livy.server.port') });
    expect(last(checks).message).toContain('refused');
  });

  it('stops at a port that swallows what comes, with the port and the security group to open; and can be stopped there', async () => {
    const { port } = await blackhole();
    const checks = await way({ livyUrl: `https://127.0.0.1:${port}` });
    expect(last(checks)).toMatchObject({ name: 'tcp', ok: false });
    expect(last(checks).message).toContain('ETIMEDOUT');
    expect(last(checks).fix).toMatch(
      new RegExp(`TCP port ${port} to be opened in the security group .* \\(127\\.0\\.0\\.1\\)`)
    );
    const abort = new AbortController();
    const stopped = doctor(
      {},
      { livyUrl: `https://127.0.0.1:${port}`, timeoutMs: 60_000 },
      { signal: abort.signal, onStart: name => name === 'tcp' && setImmediate(() => abort.abort(new Error('stopped'))) }
    );
    await expect(stopped).rejects.toThrow('stopped');
  });

  it('stops at plain HTTP where TLS should be', async () => {
    const port = await listen(createHttp(livy()));
    const checks = await way({ livyUrl: `https://localhost:${port}` });
    expect(last(checks)).toMatchObject({
      name: 'tls',
      ok: false,
      fix: expect.stringContaining('in-transit encryption')
    });
    expect(last(checks).message).toContain('plain HTTP');
  });

  it.each([
    ['an unknown CA', 'localhost', 1, false, 'not signed by an authority', '--ca-bundle'],
    ['another host’s certificate', 'elsewhere.example', 1, true, 'not made for localhost', 'made for localhost'],
    ['a certificate that has ended', 'localhost', -2, true, 'has expired', 'clock']
  ])('stops at %s, and says what it saw', async (_what, host, days, trusted, words, fix) => {
    const certificate = await makeCertificate(host, days);
    const port = await listen(createHttps(certificate, livy()));
    const ca = join(folder, `${port}.pem`);
    writeFileSync(ca, certificate.cert);
    const target = { livyUrl: `https://localhost:${port}`, ...(trusted ? { caBundle: ca } : {}) };
    const checks = await way(target);
    expect(last(checks)).toMatchObject({ name: 'tls', ok: false, fix: expect.stringContaining(fix) });
    expect(last(checks).message).toContain(words);
    const end = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    expect(last(checks).message).toContain(
      `Certificate of ${host} for ${host}, issued by ${host}, valid until ${end}.`
    );
    const accepted = await way({ ...target, verifyCertificate: false });
    expect(accepted.find(check => check.name === 'tls')).toMatchObject({ ok: true, warning: true });
    expect(last(accepted)).toMatchObject({ name: 'sessions', ok: true });
  });

  it('trusts the bundle that it is given, and says which', async () => {
    const certificate = await makeCertificate('localhost');
    const port = await listen(createHttps(certificate, livy()));
    const ca = join(folder, 'right.pem');
    writeFileSync(ca, certificate.cert);
    const checks = await way({ livyUrl: `https://localhost:${port}`, caBundle: ca });
    expect(checks.find(check => check.name === 'tls')?.message).toContain(`trusted by the CA bundle ${ca}`);
    expect(last(checks)).toMatchObject({ name: 'sessions', ok: true });
  });

  it('stops at a 401: Livy answers, but does not admit one', async () => {
    const port = await listen(createHttp(json(401, { msg: 'who are you' })));
    const without = await way({ livyUrl: `http://127.0.0.1:${port}` });
    expect(without.find(check => check.name === 'livy')).toMatchObject({ ok: true });
    expect(last(without)).toMatchObject({
      name: 'admission',
      ok: false,
      fix: expect.stringContaining('--runtime-role')
    });
    const basic = { username: 'ann', password: 'hush-hush' };
    const wrong = await way({ livyUrl: `http://127.0.0.1:${port}`, basic });
    expect(last(wrong)).toMatchObject({
      name: 'admission',
      ok: false,
      fix: expect.stringContaining('right and not expired')
    });
    expect(JSON.stringify(wrong)).not.toContain('hush-hush');
  });

  it('stops at something that is not Livy', async () => {
    const port = await listen(createHttp(json(404, { error: 'nothing here' })));
    const checks = await way({ livyUrl: `http://127.0.0.1:${port}` });
    expect(last(checks)).toMatchObject({ name: 'livy', ok: false, fix: expect.stringContaining('8998') });
    expect(last(checks).message).toContain('is not Livy');
    const other = await listen(createHttp((_request, response) => void response.end('<html>Hue</html>')));
    expect(last(await way({ livyUrl: `http://127.0.0.1:${other}` }))).toMatchObject({ name: 'livy', ok: false });
  });

  it('sees that YARN has no room, and that Livy starts as many sessions as it may', async () => {
    const accepted = '2026 INFO Client: Application report for application_1 (state: ACCEPTED)';
    const waits =
      '[Fri Aug 25 10:15:09 +0000 2026] Application is Activated, waiting for resources to be assigned for AM. ';
    // Every session that starts comes by this one.
    const starts = 'AM container is launched, waiting for AM container to Register with RM';
    const port = await listen(
      createHttp(
        livy([
          { id: 6, state: 'starting', log: [accepted, '\nYARN Diagnostics: ', starts] },
          { id: 7, state: 'starting', log: [accepted, '\nYARN Diagnostics: ', waits] }
        ])
      )
    );
    expect(last(await way({ livyUrl: `http://127.0.0.1:${port}` }))).toMatchObject({
      name: 'sessions',
      ok: true,
      warning: true,
      message: expect.stringContaining('no room for session 7: it waits')
    });
    const many = Array.from({ length: 100 }, (_one, id) => ({ id, state: 'starting', log: [] }));
    const full = await listen(createHttp(livy(many)));
    expect(last(await way({ livyUrl: `http://127.0.0.1:${full}` }))).toMatchObject({
      name: 'sessions',
      ok: false,
      fix: expect.stringContaining('max-creation')
    });
  });

  it.each(['nonsense', 'ftp://h', 'https://u:p@h'])('refuses %s', async livyUrl => {
    await expect(way({ livyUrl })).rejects.toMatchObject({ code: 'BadLivyUrl' });
  });
});

describe('the way to a cluster', () => {
  let account: ILocalAccount;
  let clusterId: string;

  beforeAll(async () => {
    account = await startLocalAccount(80);
    clusterId = account.otherCluster;
  });
  afterAll(() => account.stop());
  afterEach(() => account.mend());

  const look = (target: IDoctorTarget = {}): Promise<ICheck[]> =>
    doctor({ site: readSiteConfig() }, { clusterId, runtimeRole: account.roles.analyst, ...target });
  const deny = (operation: string): Promise<void> => account.fault('emr', operation, 'AccessDeniedException', 10);

  it('is free', async () => {
    const checks = await look();
    expect(names(checks)).toEqual([
      'node',
      'version',
      'credentials',
      'permission:elasticmapreduce:DescribeCluster',
      'permission:elasticmapreduce:ListInstanceGroups',
      'permission:elasticmapreduce:DescribeSecurityConfiguration',
      'cluster',
      'runtime-roles',
      'permission:elasticmapreduce:GetClusterSessionCredentials',
      'dns',
      'tcp',
      'tls',
      'livy',
      'admission',
      'sessions'
    ]);
    expect(checks.filter(check => !check.ok || check.warning)).toEqual([]);
    expect(JSON.stringify(checks)).not.toContain('emrlocalsecret');
  });

  it('stops where nobody knows this host', async () => {
    await account.fault('sts', 'GetCallerIdentity', 'ExpiredToken', 10);
    expect(last(await look())).toMatchObject({ name: 'credentials', ok: false, fix: expect.stringContaining('Renew') });
  });

  it.each([
    ['DescribeCluster', false],
    ['GetClusterSessionCredentials', false],
    ['DescribeSecurityConfiguration', true]
  ])('without permission for %s names it and its resource', async (operation, goesOn) => {
    await deny(operation);
    const checks = await look();
    const check = checks.find(one => one.name === `permission:elasticmapreduce:${operation}`);
    expect(check?.fix).toMatch(new RegExp(`allow elasticmapreduce:${operation}.*(${clusterId}|emr-runtime)`));
    expect(check).toMatchObject(goesOn ? { ok: true, warning: true } : { ok: false });
    expect(last(checks).name).toBe(goesOn ? 'sessions' : check?.name);
  });

  it('says where the port of Livy may not be looked for', async () => {
    const memory = account.products.find(one => one.name === 'EMR memory-optimised')!;
    const made = await provision(memory);
    await deny('ListInstanceGroups');
    const checks = await look({ clusterId: made });
    expect(checks.find(one => one.name === 'permission:elasticmapreduce:ListInstanceGroups')).toMatchObject({
      warning: true,
      fix: expect.stringContaining(`allow elasticmapreduce:ListInstanceGroups on ${made}`)
    });
    // Its Livy is on another port than the default one.
    expect(last(checks)).toMatchObject({ name: 'tcp', ok: false });
    await account.mend();
    expect(last(await look({ clusterId: made }))).toMatchObject({ name: 'sessions', ok: true });
  });

  it('stops at a role that one may not run as, and where none was named', async () => {
    expect(last(await look({ runtimeRole: account.roles.denied }))).toMatchObject({
      name: 'permission:elasticmapreduce:GetClusterSessionCredentials',
      ok: false,
      fix: expect.stringContaining(`elasticmapreduce:ExecutionRoleArn ${account.roles.denied}`)
    });
    const none = await look({ runtimeRole: undefined });
    expect(last(none)).toMatchObject({
      name: 'runtime-roles',
      ok: false,
      fix: expect.stringContaining('--runtime-role')
    });
    expect(last(none).fix).toContain(account.roles.analyst);
  });

  it('stops at a cluster that is not there, that takes no roles, that starts, that ended', async () => {
    expect(last(await look({ clusterId: 'j-NOTHERE' }))).toMatchObject({ name: 'cluster', ok: false });
    const legacy = account.products.find(one => one.name === 'EMR without runtime roles')!;
    const made = await provision(legacy, async started => {
      expect(last(await look({ clusterId: started }))).toMatchObject({
        name: 'cluster',
        ok: false,
        message: expect.stringMatching(/not ready yet: it is (STARTING|BOOTSTRAPPING)/)
      });
    });
    expect(last(await look({ clusterId: made }))).toMatchObject({
      name: 'runtime-roles',
      ok: false,
      message: expect.stringContaining('emr-encryption-only does not turn them on')
    });
    await terminate(made);
    expect(last(await look({ clusterId: made }))).toMatchObject({
      name: 'cluster',
      ok: false,
      message: expect.stringMatching(/is TERMINATED/)
    });
  });

  it('stops at a secret that may not be read', async () => {
    await account.fault('secretsmanager', 'GetSecretValue', 'AccessDeniedException', 10);
    expect(
      last(await look({ runtimeRole: undefined, secret: 'emr/livy-user', authType: 'Basic_Access' }))
    ).toMatchObject({
      name: 'permission:secretsmanager:GetSecretValue',
      ok: false,
      fix: expect.stringContaining('allow secretsmanager:GetSecretValue on emr/livy-user')
    });
  });

  it('of the account alone: each permission by itself', async () => {
    const good = await doctor();
    expect(good.filter(check => !check.ok || check.warning)).toEqual([]);
    expect(last(good).message).toContain('IAM allows servicecatalog:ProvisionProduct');
    for (const [service, operation, name, iam] of [
      ['servicecatalog', 'SearchProducts', 'service-catalog:products', 'servicecatalog:SearchProducts'],
      ['servicecatalog', 'DescribeProduct', 'service-catalog:describe', 'servicecatalog:DescribeProduct'],
      ['emr', 'ListClusters', 'emr:list', 'elasticmapreduce:ListClusters'],
      ['emr', 'DescribeCluster', 'emr:describe', 'elasticmapreduce:DescribeCluster'],
      ['emr', 'ListInstanceGroups', 'emr:instance-groups', 'elasticmapreduce:ListInstanceGroups'],
      ['emr', 'ListInstanceFleets', 'emr:instance-fleets', 'elasticmapreduce:ListInstanceFleets'],
      ['emr', 'DescribeSecurityConfiguration', 'emr:security', 'elasticmapreduce:DescribeSecurityConfiguration'],
      ['emr', 'GetAutoTerminationPolicy', 'emr:auto-termination', 'elasticmapreduce:GetAutoTerminationPolicy'],
      ['servicecatalog', 'ProvisionProduct', 'iam:simulate', 'servicecatalog:ProvisionProduct']
    ]) {
      await account.fault(service, operation, 'AccessDeniedException', 10);
      const checks = await doctor();
      const told = checks.filter(check => !check.ok || check.warning);
      expect(names(told)).toEqual([name]);
      expect(told[0].fix).toContain(`allow ${iam}`);
      await account.mend();
    }
    await account.forget();
    await doctor();
    expect((await account.calls()).filter(call => /^(Provision|Terminate|Run|Create|GetCluster)/.test(call))).toEqual(
      []
    );
    await account.fault('iam', 'SimulatePrincipalPolicy', 'AccessDenied', 10);
    expect(last(await doctor())).toMatchObject({ ok: true, message: expect.stringContaining('Not looked at') });
  });

  async function provision(product: ILocalAccount['products'][number], onStart?: (id: string) => Promise<void>) {
    const { createControl } = await import('..');
    const control = createControl({ site: readSiteConfig(), pollMs: 50 });
    try {
      const { provisionedProductId: key } = await control.call('products.provision', {
        productId: product.productId,
        versionId: product.versions[0],
        name: `doctor-${product.productId.slice(-6)}`,
        parameters: {},
        tags: {},
        token: product.productId
      });
      let told = false;
      for (;;) {
        const row = await control.call('clusters.describe', { key });
        if (row.clusterId && !told && onStart && /STARTING|BOOTSTRAPPING/.test(row.state)) {
          told = true;
          await onStart(row.clusterId);
        }
        if (row.clusterId && row.state === 'WAITING') {
          return row.clusterId;
        }
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    } finally {
      control.dispose();
    }
  }

  async function terminate(id: string): Promise<void> {
    const { describeCluster, terminateCluster } = await import('../../aws');
    await terminateCluster({}, id);
    while ((await describeCluster({}, id)).Status?.State !== 'TERMINATED') {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
});

/** A port whose queue is full: the kernel drops what comes, as a security group does. */
async function blackhole(): Promise<{ port: number }> {
  const program = [
    'import socket, sys, time',
    's = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0)',
    'kept = []',
    'for _ in range(8):',
    '    c = socket.socket(); c.setblocking(False); c.connect_ex(s.getsockname()); kept.append(c)',
    'print(s.getsockname()[1], flush=True)',
    'sys.stdin.read()'
  ].join('\n');
  const child: ChildProcess = spawn('python3', ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  closing.push(() => child.kill());
  const port = await new Promise<string>(resolve => createInterface({ input: child.stdout! }).once('line', resolve));
  return { port: Number(port) };
}
