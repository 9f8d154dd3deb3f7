// A stand-in for a cluster's Livy that answers in no time: the account's side of the IPC contract is what is tested
// with it (src/local/livy/config.ts). Sessions are made by POST /sessions {state} and ended by DELETE /sessions/N.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';

let credentials = [];
let sessions = [];
let driver;

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.on('message', message => {
  if (message.type === 'credentials') {
    credentials = message.credentials;
  } else if (message.type === 'kill-driver') {
    sessions = sessions.map(session => (session.id === message.sessionId ? { ...session, state: 'dead' } : session));
    tell();
  } else if (message.type === 'start') {
    start(message.config);
  }
});

const tell = () => process.send({ type: 'sessions', sessions });

function start(config) {
  // Something below it, in a process group of its own, that only a kill of the whole tree reaches.
  driver = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  process.on('exit', () => process.kill(driver.pid, 'SIGKILL'));
  const ui = createHttp((request, response) => {
    if (request.url === '/') {
      response.writeHead(302, { location: `http://${request.headers.host}/jobs/` }).end();
    } else {
      response.end(`Spark UI ${request.url} base=${request.headers['x-forwarded-context']}`);
    }
  }).listen(0, config.host);
  const admitted = request => {
    const [username, password] = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64')
      .toString()
      .split(':');
    const hash = createHash('sha256')
      .update(password ?? '')
      .digest('hex');
    return credentials.find(
      item => item.username === username && item.passwordSha256 === hash && item.expiresAt > Date.now()
    );
  };
  const server = createHttps(config.tls, (request, response) => {
    const credential = admitted(request);
    if (config.auth && !credential) {
      response.writeHead(401).end();
      return;
    }
    if (request.method === 'POST') {
      sessions.push({
        id: sessions.length,
        state: 'idle',
        owner: credential?.username,
        appId: `application_1_${sessions.length}`,
        sparkUiUrl: `http://${config.host}:${ui.address().port}`
      });
    } else if (request.method === 'DELETE') {
      sessions = sessions.filter(({ id }) => id !== Number(request.url.split('/').pop()));
    }
    tell();
    response.end(JSON.stringify({ sessions, driver: driver.pid, pid: process.pid, python: config.python }));
  });
  server.listen(config.port, config.host, () => process.send({ type: 'ready', port: server.address().port }));
}
