import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseConnection } from '../kernel/connection';

import type { AddressInfo } from 'node:net';
import type { IConnection } from '../kernel/connection';

/** Longest path of a Unix socket that every system takes, less what `-5` and the end of the string need. */
const SOCKET_PATH = 100;

/** How a child and we find each other. */
export interface IMeeting {
  /** Private folder (0700): the connection file, the sockets, data on their way. */
  folder: string;
  /** The connection file (0600). */
  file: string;
  connection: IConnection;
}

/**
 * Make a private folder with a connection file. Sockets lie in that folder, where nobody else can come; where the
 * system has none, or the path is too long for one, it is loopback TCP.
 */
export async function makeMeeting(platform: NodeJS.Platform = process.platform): Promise<IMeeting> {
  const folder = mkdtempSync(join(tmpdir(), 'emr-python-'));
  chmodSync(folder, 0o700);
  const socket = join(folder, 's');
  const useIpc = platform !== 'win32' && socket.length <= SOCKET_PATH;
  const ports = useIpc ? [1, 2, 3, 4, 5] : await freePorts(5);
  const [shell, control, stdin, iopub, hb] = ports;
  const content = {
    transport: useIpc ? 'ipc' : 'tcp',
    ip: useIpc ? socket : '127.0.0.1',
    shell_port: shell,
    control_port: control,
    stdin_port: stdin,
    iopub_port: iopub,
    hb_port: hb,
    key: randomBytes(32).toString('hex'),
    signature_scheme: 'hmac-sha256'
  };
  const file = join(folder, 'connection.json');
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  return { folder, file, connection: parseConnection(content) };
}

/** Ports that were free a moment ago: all are held at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        })
    )
  );
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(done => server.close(done))));
  return ports;
}
