/** Kerberos for one binding: a krb5.conf and a ticket cache of its own where it needs them, never the host's files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EmrError } from '../protocol';
import { CurlNegotiation, runProgram } from './negotiate';

import type { IHttpOptions } from './http';
import type { INegotiation } from './negotiate';
import type { IBasicCredentials } from './types';

const folders = new Set<string>();
process.on('exit', () => folders.forEach(folder => rmSync(folder, { recursive: true, force: true })));

/** A ticket of a secret is got anew after three quarters of this, or of its own life where that is known to be shorter. */
const TICKET_MS = 8 * 3600_000;

/** Realms and their KDCs, for a krb5.conf; the first is the default one. */
export interface IKerberosSite {
  realm: string;
  realms: { realm: string; kdc: string; admin?: string; domain?: string }[];
  /** Where users are, if not in the default realm. */
  userRealm?: string;
  ticketHours: number;
}

/** What a binding's Kerberos is made of. */
export interface IKerberosOptions {
  http: IHttpOptions;
  /** From EMR; undefined: the host's own krb5.conf. */
  site?: IKerberosSite;
  /** User name (principal) and password; undefined: the ticket that the host's user has. */
  credentials?: () => Promise<IBasicCredentials>;
  env?: NodeJS.ProcessEnv;
}

/** Negotiation by curl, with a configuration and a ticket of its own where they are given. */
export function makeNegotiation({ http, site, credentials, env = process.env }: IKerberosOptions): INegotiation {
  const own: Record<string, string> = {};
  if (site || credentials) {
    // 0700: nobody else reads the ticket.
    const folder = mkdtempSync(join(tmpdir(), 'jupyterlab-emr-krb5-'));
    folders.add(folder);
    if (site) {
      own['KRB5_CONFIG'] = join(folder, 'krb5.conf');
      writeFileSync(own['KRB5_CONFIG'], krb5Conf(site), { mode: 0o600 });
    }
    if (credentials) {
      own['KRB5CCNAME'] = `FILE:${join(folder, 'ticket')}`;
    }
  }
  const childEnv = { ...env, ...own };
  let gotAt = -Infinity;
  const lifeMs = Math.min(TICKET_MS, (site?.ticketHours ?? 24) * 3600_000);
  return new CurlNegotiation({
    url: http.url,
    env: childEnv,
    ...(http.caFile ? { caFile: http.caFile } : {}),
    ...(http.verify === false ? { verify: false } : {}),
    ...(http.headers ? { headers: http.headers } : {}),
    ...(credentials
      ? {
          prepare: async () => {
            if (performance.now() - gotAt > lifeMs * 0.75) {
              await kinit(await credentials(), site, childEnv);
              gotAt = performance.now();
            }
          }
        }
      : {})
  });
}

/** krb5.conf for a cluster, as EMR describes it. */
export function krb5Conf({ realm, realms, ticketHours }: IKerberosSite): string {
  return [
    '[libdefaults]',
    `  default_realm = ${realm}`,
    '  dns_lookup_realm = false',
    '  dns_lookup_kdc = false',
    '  rdns = false',
    '  forwardable = true',
    `  ticket_lifetime = ${ticketHours}h`,
    '[realms]',
    ...realms.flatMap(one => [
      `  ${one.realm} = {`,
      `    kdc = ${one.kdc}`,
      ...(one.admin ? [`    admin_server = ${one.admin}`] : []),
      ...(one.domain ? [`    default_domain = ${one.domain}`] : []),
      '  }'
    ]),
    '[domain_realm]',
    ...realms.flatMap(one => (one.domain ? [`  ${one.domain} = ${one.realm}`, `  .${one.domain} = ${one.realm}`] : [])),
    ''
  ].join('\n');
}

/** Get a ticket; the password goes through standard input. */
async function kinit(
  { username, password }: IBasicCredentials,
  site: IKerberosSite | undefined,
  env: NodeJS.ProcessEnv
): Promise<void> {
  const principal = username.includes('@') || !site?.userRealm ? username : `${username}@${site.userRealm}`;
  const fail = (code: string, message: string, fix: string, detail?: string): EmrError =>
    new EmrError({ code, hop: 'livy', message, fix, ...(detail ? { detail } : {}) });
  if (!/^[\w.@/$-]+$/.test(principal) || principal.startsWith('-')) {
    throw fail('BadSecret', 'The user name in the secret is no Kerberos principal.', 'It looks like ann or ann@REALM.');
  }
  const ended = await runProgram('kinit', [principal], { input: `${password}\n`, env });
  if (ended === undefined) {
    throw fail(
      'KerberosNoKinit',
      'A ticket for the user of the secret needs the program kinit, and there is none on PATH.',
      'Install the Kerberos client (krb5-user, krb5-workstation) on the Jupyter host.'
    );
  }
  if (ended.code === 0) {
    return;
  }
  const said = ended.err.replaceAll(password, '…').trim().slice(0, 400);
  if (/clock skew/i.test(said)) {
    throw fail(
      'KerberosClock',
      'Kerberos refuses: the clocks of this host and of the KDC differ by more than five minutes.',
      'Set the clock of the Jupyter host (chrony, ntp).',
      said
    );
  }
  if (/cannot (contact|find|resolve)/i.test(said)) {
    throw fail(
      'KerberosNoKdc',
      'The KDC of the Kerberos realm cannot be found or reached from this host.',
      'See [realms] in krb5.conf, and that port 88 of the KDC is open to this host.',
      said
    );
  }
  if (/expired.*change|must change/i.test(`${said} ${ended.out}`)) {
    throw fail(
      'KerberosPasswordExpired',
      `The Kerberos password of ${principal} has expired.`,
      'Change it with kpasswd in a terminal, and in the secret.',
      said
    );
  }
  throw fail(
    'KerberosNoTicket',
    `Kerberos gave no ticket for ${principal}.`,
    'See user name and password in the secret, and the realm.',
    said
  );
}
