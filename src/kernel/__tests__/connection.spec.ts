import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseConnection, readConnection } from '../connection';

const FILE = {
  transport: 'tcp',
  ip: '127.0.0.1',
  shell_port: 1,
  iopub_port: 2,
  stdin_port: 3,
  control_port: 4,
  hb_port: 5,
  key: 'secret',
  signature_scheme: 'hmac-sha256'
};

describe('connection file', () => {
  test('TCP', () => {
    expect(parseConnection(FILE)).toEqual({
      addresses: {
        shell: 'tcp://127.0.0.1:1',
        iopub: 'tcp://127.0.0.1:2',
        stdin: 'tcp://127.0.0.1:3',
        control: 'tcp://127.0.0.1:4',
        hb: 'tcp://127.0.0.1:5'
      },
      key: 'secret',
      hash: 'sha256'
    });
  });

  test('IPv6, and every interface', () => {
    expect(parseConnection({ ...FILE, ip: '::1' }).addresses.shell).toBe('tcp://[::1]:1');
    expect(parseConnection({ ...FILE, ip: '' }).addresses.shell).toBe('tcp://*:1');
  });

  test('IPC', () => {
    expect(parseConnection({ ...FILE, transport: 'ipc', ip: '/run/k' }).addresses.hb).toBe('ipc:///run/k-5');
  });

  test('CurveZMQ keys come in pairs', () => {
    const curve = { curve_publickey: 'p', curve_secretkey: 's' };
    expect(parseConnection({ ...FILE, ...curve }).curve).toEqual({ publicKey: 'p', secretKey: 's' });
    expect(() => parseConnection({ ...FILE, curve_publickey: 'p' })).toThrow('one of the two');
  });

  test.each([
    [{ transport: 'udp' }, 'udp'],
    [{ hb_port: '5' }, 'hb_port'],
    [{ key: 5 }, 'key'],
    [{ signature_scheme: 'md5' }, 'md5']
  ])('%j is refused by name', (change, named) => {
    expect(() => parseConnection({ ...FILE, ...change })).toThrow(named);
  });

  test('a file that is no JSON is refused without quoting it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'connection-'));
    try {
      const path = join(folder, 'kernel.json');
      writeFileSync(path, '{"key": "secret",');
      expect(() => readConnection(path)).toThrow(/^The connection file .*kernel\.json is not JSON\.$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
