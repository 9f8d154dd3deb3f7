import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import tls from 'node:tls';

import { EmrError } from '../protocol';

import type { SecureContext } from 'node:tls';

/** Bundles of the operating system, the first that exists is read. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem'
];

/**
 * Whom to trust: the given bundle alone, else Node's own roots with the system's and those of `NODE_EXTRA_CA_CERTS`
 * and `SSL_CERT_FILE`.
 *
 * @param caFile - path of a PEM file on this host
 * @throws EmrError `BadCaBundle` where it cannot be read or holds no certificate
 */
export function trustContext(caFile: string | undefined, env: NodeJS.ProcessEnv = process.env): SecureContext {
  if (caFile !== undefined) {
    return bundleContext(caFile);
  }
  const system = SYSTEM_BUNDLES.find(path => existsSync(path));
  const files = [env['SSL_CERT_FILE'] || system, env['NODE_EXTRA_CA_CERTS']].filter(
    (path): path is string => path !== undefined && path !== '' && existsSync(path)
  );
  const extra = files.map(path => readFileSync(path, 'utf8'));
  return tls.createSecureContext({ ca: [...tls.rootCertificates, ...extra] });
}

function bundleContext(caFile: string): SecureContext {
  const fix = 'Give the path, on the Jupyter host, of a PEM file with the CA’s certificate.';
  let pem: string;
  try {
    pem = readFileSync(caFile, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new EmrError({
      code: 'BadCaBundle',
      hop: 'config',
      message: `The CA bundle ${caFile} cannot be read: ${why}.`,
      fix
    });
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new EmrError({
      code: 'BadCaBundle',
      hop: 'config',
      message: `The CA bundle ${caFile} holds no certificate.`,
      fix
    });
  }
  try {
    // createSecureContext passes over a block that is no certificate.
    for (const block of pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [pem]) {
      new X509Certificate(block);
    }
    return tls.createSecureContext({ ca: pem });
  } catch (error) {
    throw new EmrError({
      code: 'BadCaBundle',
      hop: 'config',
      message: `The CA bundle ${caFile} holds a certificate that cannot be read.`,
      fix,
      detail: (error as Error).message
    });
  }
}
