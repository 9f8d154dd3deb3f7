/** The cookie's life, with a curl of our own on PATH; the real thing is in tests/access/test_kerberos.py. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { CurlNegotiation, LivyClient } from '..';

const folder = mkdtempSync(join(tmpdir(), 'livy-negotiate-'));
const log = join(folder, 'log');
/** Answers as the file `say` beside it says; writes down its arguments and its standard input. */
const CURL = `#!${process.execPath}
const fs = require('node:fs');
if (process.argv.includes('-V')) { console.log('Features: ' + (process.env.STUB_FEATURES ?? 'GSS-API SPNEGO')); process.exit(0); }
const input = fs.readFileSync(0, 'utf8');
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args: process.argv.slice(2), input }) + '\\n');
const say = JSON.parse(fs.readFileSync(${JSON.stringify(join(folder, 'say'))}, 'utf8'));
process.stderr.write(say.err ?? '');
process.stdout.write(say.out ?? '');
process.exitCode = say.code ?? 0;
`;

let server: Server;
let url: string;
let good: string;
let seen: { url?: string; cookie?: string; authorization?: string }[];

const say = (what: { out?: string; err?: string; code?: number }): void =>
  writeFileSync(join(folder, 'say'), JSON.stringify(what));
const asked = (): { args: string[]; input: string }[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as { args: string[]; input: string });
/** What curl prints after a negotiation: the refusal that takes a cookie back, then the answer. */
const answers = (cookie: string | undefined, body = '{"version": "0.8.0"}'): string =>
  'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nSet-Cookie: hadoop.auth=; Path=/; HttpOnly\r\n\r\n' +
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${cookie ? `Set-Cookie: ${cookie}; Path=/; HttpOnly\r\n` : ''}\r\n${body}`;
const cookieOf = (name: string, lifeMs: number): string =>
  `hadoop.auth="u=ann&p=ann@R&t=kerberos&e=${Date.now() + lifeMs}&s=${name}"`;

beforeAll(async () => {
  writeFileSync(join(folder, 'curl'), CURL);
  chmodSync(join(folder, 'curl'), 0o755);
  server = createServer((request: IncomingMessage, response) => {
    seen.push({ url: request.url, cookie: request.headers.cookie, authorization: request.headers.authorization });
    const admitted = request.headers.cookie === good;
    response
      .writeHead(admitted ? 200 : 401, { 'content-type': 'application/json' })
      .end(admitted ? '{"sessions": [], "version": "0.8.0"}' : '{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen = [];
  writeFileSync(log, '');
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function client(env: NodeJS.ProcessEnv = {}, headers: Record<string, string> = {}): LivyClient {
  const negotiate = new CurlNegotiation({
    url,
    headers,
    env: { PATH: `${folder}${delimiter}${process.env['PATH']}`, ...env }
  });
  return new LivyClient({ url, negotiate, headers, retryLimitMs: 0 });
}

it('is got once, and sent with each request of ours', async () => {
  good = cookieOf('one', 3600_000);
  say({ out: answers(good) });
  const livy = client({}, { 'X-Gateway-Key': 'hush-hush' });
  await Promise.all([livy.listSessions(), livy.listSessions()]);
  await livy.listSessions();
  expect(asked()).toHaveLength(1);
  expect(seen.map(one => one.cookie)).toEqual([good, good, good]);
  expect(seen.every(one => one.authorization === undefined)).toBe(true);
  const [{ args, input }] = asked();
  expect(args).toEqual(expect.arrayContaining(['-q', '--negotiate', '-u', ':', '--noproxy', '*', '-K', '-']));
  // A gateway's key is in no argument.
  expect(args.join(' ')).not.toContain('hush-hush');
  expect(input).toContain(`url = "${url}/version"`);
  expect(input).toContain('header = "X-Gateway-Key: hush-hush"');
});

it('is got anew before it ends', async () => {
  const short = cookieOf('short', 40);
  good = short;
  say({ out: answers(short) });
  const livy = client();
  await livy.listSessions();
  good = cookieOf('long', 3600_000);
  say({ out: answers(good) });
  while (Date.now() < Number(/e=(\d+)/.exec(short)?.[1])) {
    await new Promise(resolve => setImmediate(resolve));
  }
  await livy.listSessions();
  expect(seen.map(one => one.cookie)).toEqual([short, good]);
  expect(asked()).toHaveLength(2);
});

it('is got anew on a 401, once', async () => {
  good = cookieOf('first', 3600_000);
  say({ out: answers(good) });
  const livy = client();
  await livy.listSessions();
  const before = good;
  good = cookieOf('second', 3600_000);
  say({ out: answers(good) });
  await livy.listSessions();
  expect(seen.map(one => one.cookie)).toEqual([before, before, good]);
  say({ out: answers(cookieOf('wrong', 3600_000)) });
  good = 'nothing';
  await expect(livy.listSessions()).rejects.toMatchObject({ code: 'LivyUnauthorized' });
  expect(asked()).toHaveLength(3);
});

it('where there is none, curl carries each request with its body', async () => {
  say({ out: answers(undefined, '{"id": 3, "state": "waiting", "sessions": []}') });
  const livy = client();
  await livy.listSessions();
  await livy.http.request('POST', '/sessions/0/statements', { json: { code: 'x = "a\\b"\n\t@f' } });
  expect(seen).toEqual([]);
  const [, , post] = asked();
  expect(post.input).toContain('request = "POST"');
  const data = /^data-binary = (.*)$/m.exec(post.input)?.[1] ?? '';
  expect(JSON.parse(JSON.parse(data) as string)).toEqual({ code: 'x = "a\\b"\n\t@f' });
  expect(post.args.join(' ')).not.toContain('a\\\\b');
});

const unauthorized = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n\r\n';

describe('a ticket that ends after one was let in', () => {
  const noTicket = { out: unauthorized, err: '* gss_init_sec_context() failed: Ticket expired.\n' };
  const notes: string[] = [];
  /** A GET that may be tried again; `onRetry` gets a ticket. */
  const askAgain = (livy: LivyClient): Promise<unknown> =>
    livy.http.get('/sessions', {
      retryLimitMs: 20_000,
      onRetry: ({ error }) => {
        notes.push(`${error.code} ${error.failure}`);
        say({ out: answers(good, '{"sessions": []}') });
      }
    });

  it.each([
    ['with a cookie', true],
    ['without', false]
  ])('%s', async (_name, cookies) => {
    notes.length = 0;
    good = cookies ? cookieOf('first', 3600_000) : '';
    say({ out: answers(good || undefined, '{"sessions": [], "version": "0.8.0"}') });
    const livy = client();
    await livy.listSessions();
    say(noTicket);
    if (cookies) {
      good = cookieOf('second', 3600_000);
    }
    await expect(askAgain(livy)).resolves.toEqual(expect.objectContaining({ sessions: [] }));
    expect(notes).toEqual(['KerberosNoTicket not-sent']);
  });

  it('is an error at once where one was never let in', async () => {
    notes.length = 0;
    say(noTicket);
    await expect(askAgain(client())).rejects.toMatchObject({ code: 'KerberosNoTicket', failure: 'answered' });
    expect(notes).toEqual([]);
  });
});

describe('what is missing', () => {
  it.each([
    [
      '* gss_init_sec_context() failed: No Kerberos credentials available (default cache: FILE:/x).',
      'KerberosNoTicket'
    ],
    ['* gss_init_sec_context() failed: Server HTTP/h@R not found in Kerberos database.', 'KerberosNoService'],
    ['* gss_init_sec_context() failed: Clock skew too great.', 'KerberosClock'],
    ['* gss_init_sec_context() failed: Cannot contact any KDC for realm R.', 'KerberosNoKdc'],
    ['* gss_init_sec_context() failed: Cannot find KDC for realm "R".', 'KerberosNoKdc'],
    ['* gss_init_sec_context() failed: Cannot determine realm for host.', 'KerberosNoRealm']
  ])('%s', async (err, code) => {
    say({ out: unauthorized, err: `> Authorization: Negotiate emrlocalsecret\n${err}\n` });
    const error: unknown = await client()
      .listSessions()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, fix: expect.any(String) });
    expect(JSON.stringify(error)).not.toContain('emrlocalsecret');
  });

  it('curl with GSSAPI, curl at all', async () => {
    say({ out: unauthorized });
    await expect(client({ STUB_FEATURES: 'SSL libz' }).listSessions()).rejects.toMatchObject({
      code: 'KerberosNoGssapi'
    });
    await expect(client({ PATH: join(folder, 'nothing') }).listSessions()).rejects.toMatchObject({
      code: 'KerberosNoCurl'
    });
  });

  it.each([
    [6, '', 'LivyHostUnknown'],
    [7, '', 'LivyRefused'],
    [28, '', 'LivyUnreachable'],
    [35, '', 'TlsFailed'],
    [60, '* SSL certificate problem: unable to get local issuer certificate', 'CertificateNotTrusted'],
    [56, '', 'LivyConnectionLost']
  ])('curl’s exit code %d', async (code, err, expected) => {
    say({ code, err });
    await expect(client().listSessions()).rejects.toMatchObject({ code: expected });
  });
});
