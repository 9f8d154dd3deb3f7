// A reverse proxy on loopback in front of one Livy that counts: one port a name, so that it is known who asked.
//   BENCH_TARGET=http://host:8998 node proxy.mjs a b
// Prints one JSON line {"control": URL, "doors": {"a": URL, "b": URL}}; `GET control/a?from=N` answers the N-th and
// later requests that came through door a, as JSON; `GET control/delay?ms=N` adds N ms to every request from then on, as a
// network does that is so far away. Ends when its standard input closes. Credentials in the target's
// URL are sent as HTTP Basic, so that no kernel needs to know them (and the URL is no argument, which `ps` would show).
import { Agent as HttpAgent, createServer, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { gunzipSync } from 'node:zlib';

/** Answers to POST are kept to read the id that Livy gave; they are short. */
const KEPT_BYTES = 65536;

const target = new URL(process.env.BENCH_TARGET);
const secure = target.protocol === 'https:';
const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, noDelay: true });
const send = secure ? httpsRequest : httpRequest;
const auth = target.username && `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`;

/** Name of a door → what came through it. */
const seen = new Map();

/** Milliseconds that each request waits before it goes on. */
let delay = 0;

/** Milliseconds since the epoch, with fractions. */
const now = () => performance.timeOrigin + performance.now();

function listen(handler) {
  return new Promise(resolve => {
    const server = createServer({ noDelay: true, keepAliveTimeout: 120000 }, handler);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
  });
}

async function pass(name, incoming, outgoing) {
  const entry = { at: now(), method: incoming.method, path: incoming.url.replace(/\?.*/, '') };
  seen.get(name).push(entry);
  if (delay > 0) await new Promise(resolve => setTimeout(resolve, delay));
  const headers = { ...incoming.headers, host: target.host };
  const path = target.pathname.replace(/\/$/, '') + incoming.url;
  const { protocol, hostname, port } = target;
  const onward = send({ protocol, hostname, port, path, auth, agent, method: incoming.method, headers }, answer => {
    entry.status = answer.statusCode;
    outgoing.writeHead(answer.statusCode, answer.headers);
    if (incoming.method === 'POST') {
      const parts = [];
      answer.on('data', part => parts.push(part));
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        entry.id = idOf(answer.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
        outgoing.end(body);
      });
    } else {
      answer.pipe(outgoing);
    }
    answer.on('error', () => outgoing.destroy());
  });
  onward.on('error', error => {
    entry.status = 0;
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502, { 'content-type': 'text/plain' }).end(`${error.message}\n`);
  });
  outgoing.on('close', () => outgoing.writableFinished || onward.destroy());
  incoming.pipe(onward);
}

function idOf(body) {
  if (body.length > KEPT_BYTES) return undefined;
  try {
    return JSON.parse(body.toString('utf8')).id;
  } catch {
    return undefined;
  }
}

const doors = {};
for (const name of process.argv.slice(2)) {
  seen.set(name, []);
  doors[name] = await listen((incoming, outgoing) => pass(name, incoming, outgoing));
}
const control = await listen((incoming, outgoing) => {
  const { pathname, searchParams } = new URL(incoming.url, 'http://control');
  if (pathname === '/delay') delay = Number(searchParams.get('ms'));
  const entries = seen.get(pathname.slice(1)) ?? [];
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(entries.slice(Number(searchParams.get('from') ?? 0))));
});
process.stdin.on('end', () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify({ control, doors })}\n`);
