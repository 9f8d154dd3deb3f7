/** `jupyter emr …` as a program, against the local account. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'esbuild';

import type { ILocalAccount } from '../../control/__tests__/localAccount';
import { startLocalAccount } from '../../control/__tests__/localAccount';
import type { ICluster } from '../../protocol';

jest.setTimeout(60_000);

interface IEnd {
  code: number | null;
  out: string;
  err: string;
}

let account: ILocalAccount;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emr-cli-'));
  await build({
    entryPoints: { cli: join(__dirname, '..', 'main.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    define: { __VERSION__: '"1.2.3"' },
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'error'
  });
  account = await startLocalAccount(200);
});
afterAll(async () => {
  await account.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => account.mend());

function launch(args: string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess; end: Promise<IEnd> } {
  const child = spawn(process.execPath, [join(folder, 'cli.mjs'), ...args], {
    env: { ...process.env, JUPYTERLAB_EMR_POLL_MS: '60', ...env }
  });
  let out = '';
  let err = '';
  child.stdout.on('data', data => (out += String(data)));
  child.stderr.on('data', data => (err += String(data)));
  child.stdin.end();
  return { child, end: new Promise(resolve => child.on('close', code => resolve({ code, out, err }))) };
}

const emr = (...args: string[]) => launch(args).end;

describe('jupyter emr', () => {
  it('helps, and says its version', async () => {
    const help = await emr('--help');
    expect(help.code).toBe(0);
    for (const name of [
      'doctor',
      'clusters',
      'products',
      'provision',
      'connect-info',
      'terminate',
      'promote',
      'runs',
      'catalog',
      'demo'
    ]) {
      expect(help.out).toContain(`  ${name} `);
    }
    expect(await emr()).toMatchObject({ code: 0, out: help.out });
    expect(await emr('--version')).toMatchObject({ code: 0, out: '1.2.3\n' });
  });

  it.each([[['nonsense']], [['provision']], [['clusters', '--nonsense']], [['provision', 'x', '-p', 'novalue']]])(
    'ends with 2 for %j, and says why',
    async args => {
      const { code, out, err } = await emr(...args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain('error:');
    }
  );

  it('checks one thing after the other', async () => {
    const good = await emr('doctor', '--json');
    expect(good.code).toBe(0);
    const { ok, checks } = JSON.parse(good.out) as { ok: boolean; checks: { name: string; ok: boolean }[] };
    expect(ok).toBe(true);
    expect(checks.map(check => check.name)).toEqual([
      'node',
      'version',
      'credentials',
      'service-catalog:products',
      'service-catalog:describe',
      'service-catalog:provisioned',
      'service-catalog:outputs',
      'emr:list',
      'emr:describe',
      'emr:instance-groups',
      'emr:instance-fleets',
      'emr:security',
      'emr:auto-termination',
      'iam:simulate'
    ]);
    await account.fault('emr', 'ListClusters', 'AccessDeniedException', 10);
    const bad = await emr('doctor');
    expect(bad.code).toBe(1);
    expect(bad.out).toMatch(
      /^fail +\d\.\d\d s {2}Could not list the EMR clusters.*\n +Ask the platform team to allow elasticmapreduce:ListClusters/m
    );
    expect(bad.out).toMatch(/^ok +\d\.\d\d s {2}EMR: clusters may be read\.$/m);
    await account.mend();
    const cluster = ['doctor', '--cluster-id', account.otherCluster, '--runtime-role', account.roles.analyst];
    expect(await emr(...cluster)).toMatchObject({ code: 0, out: expect.stringMatching(/sessions? live/) });
    const closed = await emr('doctor', '--livy-url', 'http://127.0.0.1:9', '--json');
    expect(closed).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(closed.out)).toMatchObject({ ok: false });
    for (const wrong of [
      ['--cluster-id', 'x'],
      ['--secret', 's'],
      ['--cluster-id', 'j-1', '--livy-url', 'http://h']
    ]) {
      expect(await emr('doctor', ...wrong)).toMatchObject({ code: 1, out: '' });
    }
  });

  it('says that there are no credentials in one line and the fix, and as JSON', async () => {
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const text = await launch(['products'], none).end;
    expect(text).toMatchObject({ code: 1, out: '' });
    expect(text.err.trim().split('\n')).toEqual([
      expect.stringMatching(/^jupyter emr: .*no AWS credentials were found/),
      expect.stringContaining('aws sso login')
    ]);
    const json = await launch(['clusters', '--json'], none).end;
    expect(json).toMatchObject({ code: 1, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'NoCredentials', hop: 'aws-credentials' } });
  });

  it('goes the whole way', async () => {
    const products = JSON.parse((await emr('products', '--json')).out) as { name: string }[];
    expect(products.map(one => one.name)).toContain('EMR small');

    const made = await emr('provision', 'cli', '--product', 'EMR small', '-p', 'CoreNodes=1', '--json');
    expect(made.err).toMatch(/cli: (Starting instances|Bootstrapping) \(j-/);
    const { cluster } = JSON.parse(made.out) as { cluster: ICluster };
    expect(cluster).toMatchObject({ name: 'cli', state: 'WAITING', mine: true });

    const list = await emr('clusters');
    expect(list.out).toMatch(new RegExp(`cli +WAITING +${cluster.clusterId!} .* you +pp-`));

    const info = await emr('connect-info', 'cli');
    expect(info.out.split('\n')[0]).toBe(
      `%emr connect --cluster-id ${cluster.clusterId!} --runtime-role ${account.roles.analyst}`
    );
    expect(info.out).toMatch(/Endpoint {2}https:\/\/localhost:\d+\n/);

    const gone = await emr('terminate', 'cli');
    expect(gone).toMatchObject({ code: 0, out: '"cli" is terminated.\n' });
    // Once more is no error: it is what was wanted.
    expect(await emr('terminate', 'cli')).toMatchObject({ code: 0 });
    const late = await emr('connect-info', 'cli', '--json');
    expect(JSON.parse(late.out)).toMatchObject({ error: { code: 'ClusterNotReady' } });
  });

  it('ends with 1 and the true cause where the launch fails', async () => {
    const failed = await emr('provision', 'cli-broken', '--product', 'EMR with a broken bootstrap action');
    expect(failed.code).toBe(1);
    expect(failed.err).toMatch(/jupyter emr: "cli-broken" is FAILED: .*bootstrap action/);
    const gone = await emr('terminate', 'cli-broken', '--json');
    expect(gone.code === 0 ? '' : gone.err + gone.out).toBe('');
  });

  it('takes parameters from a file, so that no secret is an argument', async () => {
    const file = join(folder, 'parameters.json');
    writeFileSync(file, JSON.stringify({ MetastorePassword: 'x' }));
    const args = ['provision', 'r', '--product', 'EMR research', '--path', 'Research portfolio', '--params-file', file];
    const { code, err } = await emr(...args, '-p', 'ProjectCode=ABC-1234');
    expect(code).toBe(1);
    expect(err).toMatch(/Parameter "MetastorePassword": is shorter than/);
    expect(await emr('provision', 's', '--product', 'EMR small', '--params-file', join(folder, 'none'))).toMatchObject({
      code: 1
    });
  });

  it('asks which path, version and product where the name does not tell', async () => {
    expect((await emr('provision', 'r', '--product', 'EMR research')).err).toContain('Give --path');
    expect((await emr('products', 'EMR small', '--version-name', 'v0')).err).toContain('has no version "v0"');
    expect((await emr('provision', 'r', '--product', 'nix')).err).toContain('There is no product "nix"');
  });

  it('stops following by Ctrl-C, not the cluster, and says so', async () => {
    const { child, end } = launch(['provision', 'left', '--product', 'EMR small']);
    const seen = new Promise<void>(resolve =>
      child.stderr!.on('data', data => String(data).includes('left: ') && resolve())
    );
    await seen;
    child.kill('SIGINT');
    const { code, err } = await end;
    expect(code).toBe(130);
    expect(err).toMatch(/No longer following; the cluster goes on starting.*jupyter emr terminate pp-/);
    const { clusters } = JSON.parse((await emr('clusters', '--json')).out) as { clusters: ICluster[] };
    expect(clusters.find(one => one.name === 'left')?.state).toMatch(
      /REQUESTED|STARTING|BOOTSTRAPPING|RUNNING|WAITING/
    );
    expect((await emr('terminate', 'left')).code).toBe(0);
  });
});

describe('jupyter emr demo', () => {
  it('says in one line what is missing', async () => {
    const fake = join(folder, 'python');
    writeFileSync(fake, '#!/bin/sh\necho pyspark\n', { mode: 0o755 });
    const { code, out, err } = await launch(['demo', '--headless'], { JUPYTERLAB_EMR_PYTHON: fake }).end;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(`jupyter emr: The demo needs pyspark in ${fake}.\n  pip install 'jupyterlab-emr[demo]'\n`);
  });

  it('says that there is no Python', async () => {
    const { code, err } = await launch(['demo'], { JUPYTERLAB_EMR_PYTHON: '/nonexistent/python' }).end;
    expect(code).toBe(1);
    expect(err).toContain('JUPYTERLAB_EMR_PYTHON');
  });
});
