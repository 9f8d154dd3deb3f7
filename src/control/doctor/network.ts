/** The way to a host: its name, its port, its certificate. Each looked at with real sockets, without asking Livy. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls, rootCertificates } from 'node:tls';
import type { DetailedPeerCertificate } from 'node:tls';

import { trustContext } from '../../livy';
import type { EmrError } from '../../protocol';
import type { IFinding } from './report';
import { failure } from './report';

/** Where one wants to go. */
export interface IPlace {
  host: string;
  port: number;
  /** Security group of the cluster's primary node, where EMR told. */
  securityGroup?: string;
}

/** ms that a connection or a handshake may take. */
const TIMEOUT_MS = 5000;

/** The host's addresses. @throws EmrError `LivyHostUnknown` */
export async function resolveHost(host: string): Promise<string[]> {
  if (isIP(host)) {
    return [host];
  }
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'Error';
    throw failure(
      'LivyHostUnknown',
      'livy',
      `The host name ${host} cannot be resolved from this Jupyter host (${code}).`,
      'The host needs the DNS of the cluster’s VPC: VPN or Direct Connect with DNS forwarding, or a host inside the VPC.'
    );
  }
}

/** Open and close a TCP connection. @throws EmrError `LivyRefused`, `LivyUnreachable` */
export async function tryTcp(place: IPlace, timeoutMs = TIMEOUT_MS, signal?: AbortSignal): Promise<void> {
  const { host, port, securityGroup } = place;
  const socket = connect({ host, port });
  try {
    await opened(socket, 'connect', timeoutMs, signal);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'Error';
    if (code === 'ECONNREFUSED') {
      throw failure(
        'LivyRefused',
        'livy',
        `Nothing listens at ${host}:${port}: the connection is refused.`,
        'See that Livy is among the cluster’s applications and runs, and that its port is right (livy.server.port in livy-conf).'
      );
    }
    const from = await ownAddress(host).catch(() => undefined);
    const group = securityGroup ? `security group ${securityGroup}` : 'the security group';
    throw failure(
      'LivyUnreachable',
      'livy',
      `${host}:${port} does not answer: the connection was not there after ${timeoutMs / 1000} s (${code}).`,
      `Ask for TCP port ${port} to be opened in ${group} of the cluster’s primary node to this host${from ? ` (${from})` : ''}, and for a route there (VPN, peering, firewall).`
    );
  } finally {
    socket.destroy();
  }
}

/**
 * Look at the certificate, verified against the bundle in use.
 *
 * @param options - `verify` false: what is wrong with it is a warning
 * @throws EmrError `TlsFailed`, `CertificateNotTrusted`, `BadCaBundle`
 */
export async function tryTls(
  { host, port }: IPlace,
  options: { caFile?: string; verify: boolean; timeoutMs?: number; signal?: AbortSignal }
): Promise<IFinding> {
  const { caFile, verify, timeoutMs = TIMEOUT_MS, signal } = options;
  const socket = connectTls({
    host,
    port,
    ...(isIP(host) ? {} : { servername: host }),
    secureContext: trustContext(caFile),
    // Looked at here, so that one can say what was seen; nothing is sent.
    rejectUnauthorized: false
  });
  try {
    await opened(socket, 'secureConnect', timeoutMs, signal);
    const seen = describe(socket.getPeerCertificate(true));
    const by = caFile ? `the CA bundle ${caFile}` : `this host’s ${rootCertificates.length} and more authorities`;
    if (socket.authorized) {
      return { message: `${seen} It is trusted by ${by}.` };
    }
    const wrong = distrust(String(socket.authorizationError), host, by, seen);
    if (verify) {
      throw wrong;
    }
    return { message: `NOT verified, as you said: ${wrong.message}`, warning: true, fix: wrong.fix };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if ((error as EmrError).hop) {
      throw error;
    }
    throw failure(
      'TlsFailed',
      'tls',
      `${host}:${port} takes a connection but does not speak TLS${code ? ` (${code})` : ''}: it may speak plain HTTP there.`,
      'Check the port, and whether in-transit encryption is on in the cluster’s security configuration; for a plain Livy write http:// in --livy-url.'
    );
  } finally {
    socket.destroy();
  }
}

/** Issuer, end and host names: what one compares with what one expected. */
function describe(certificate: DetailedPeerCertificate): string {
  const names = (certificate.subjectaltname ?? '')
    .split(/,\s*/)
    .map(name => name.replace(/^(DNS|IP Address):/, ''))
    .filter(Boolean);
  const common = nameOf(certificate.subject);
  const chain: string[] = [];
  for (let one = certificate; one.issuerCertificate && one.issuerCertificate !== one && chain.length < 5;) {
    one = one.issuerCertificate;
    chain.push(nameOf(one.subject));
  }
  return (
    `Certificate of ${common} for ${names.join(', ') || common}, issued by ${nameOf(certificate.issuer)}` +
    `${chain.length > 1 ? ` (chain: ${chain.join(' ← ')})` : ''}, valid until ${day(certificate.valid_to)}.`
  );
}

function nameOf(name: DetailedPeerCertificate['subject'] | undefined): string {
  const text = [name?.CN, name?.O].flat().filter(Boolean).join(', ');
  return text || '(no name)';
}

function day(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString().slice(0, 10);
}

function distrust(code: string, host: string, by: string, seen: string): EmrError {
  const accept = 'Only if you accept the risk: --verify-certificate False.';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const what = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return failure(
      'CertificateNotTrusted',
      'tls',
      `The certificate ${what}. ${seen}`,
      `Ask the owner of the cluster for a new certificate, and see that this host’s clock is right (it says ${new Date().toISOString().slice(0, 16)}Z). ${accept}`
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return failure(
      'CertificateNotTrusted',
      'tls',
      `The certificate was not made for ${host}. ${seen}`,
      `Connect by a name that is in it, or ask the owner of the cluster for one made for ${host}. ${accept}`
    );
  }
  return failure(
    'CertificateNotTrusted',
    'tls',
    `The certificate is not signed by an authority of ${by} (${code}). ${seen}`,
    `Name the CA that signed it: --ca-bundle /path/to/ca.pem (or "caBundle" in jupyterlab_emr.json). ${accept}`
  );
}

/** Waits for a socket to be open. @throws what the socket says, ETIMEDOUT, or the signal's reason */
function opened(socket: Socket, event: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), timeoutMs);
    const stop = (): void => fail(signal?.reason as Error);
    const fail = (error: Error): void => {
      done();
      reject(error);
    };
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    signal?.addEventListener('abort', stop, { once: true });
    socket.once(event, () => {
      done();
      resolve();
    });
    // Also after the time-out, so that a late failure hits nobody.
    socket.on('error', fail);
    socket.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
}

/** The address that this host would send from; nothing is sent. */
async function ownAddress(host: string): Promise<string> {
  const [address] = await lookup(host, { all: true });
  const socket = createSocket(address.family === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(9, address.address, resolve);
    });
    return socket.address().address;
  } finally {
    socket.close();
  }
}
