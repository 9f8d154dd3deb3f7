import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { LivyClient } from '..';
import { trustContext } from '../tls';
import { makeCertificate } from './certificate';
import { FakeLivy } from './fakeLivy';

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'livy-tls-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  let right: Awaited<ReturnType<typeof makeCertificate>>;
  let fake: FakeLivy;
  let url: string;

  beforeAll(async () => {
    right = await makeCertificate('localhost');
    fake = new FakeLivy(right);
    url = await fake.start();
  });

  afterAll(async () => {
    await fake.stop();
    rmSync(folder, { recursive: true });
  });

  const version = async (options: { caFile?: string; verify?: boolean }, at = url): Promise<string | undefined> => {
    const client = new LivyClient({ url: at, retryLimitMs: 0, ...options });
    try {
      return await client.version();
    } finally {
      client.dispose();
    }
  };

  it('refuses a self-signed certificate and says how to trust it', async () => {
    await expect(version({})).rejects.toMatchObject({
      code: 'CertificateNotTrusted',
      hop: 'tls',
      fix: expect.stringContaining('--ca-bundle')
    });
    expect(fake.seen).toHaveLength(0);
  });

  it('takes it with its CA, or unverified by the user’s own word', async () => {
    await expect(version({ caFile: file('ca.pem', right.cert) })).resolves.toMatch(/^0\.8/);
    await expect(version({ verify: false })).resolves.toMatch(/^0\.8/);
  });

  it('refuses a certificate made for another host, even of a trusted CA', async () => {
    const wrong = await makeCertificate('elsewhere.example');
    const other = new FakeLivy(wrong);
    const at = await other.start();
    await expect(version({ caFile: file('wrong.pem', wrong.cert) }, at)).rejects.toMatchObject({
      code: 'CertificateNotTrusted',
      message: expect.stringContaining('another host name')
    });
    await other.stop();
  });

  it('says what is wrong with a CA bundle', () => {
    expect(() => trustContext(join(folder, 'none.pem'))).toThrow(/there is no such file/);
    expect(() => trustContext(folder)).toThrow(/it is a folder/);
    expect(() => trustContext(file('text.pem', 'hello'))).toThrow(/holds no certificate/);
    expect(() =>
      trustContext(file('bad.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'))
    ).toThrow(/cannot be read/);
  });
});
