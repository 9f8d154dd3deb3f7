/** The last hops: Livy itself, whether it lets us in, whether it has room. */
import type { IBasicCredentials, IHttpOptions, IKerberosSite, ILivySession, ISigner } from '../../livy';
import { ENDED_STATES, LivyClient, LivyError, makeNegotiation, yarnWait } from '../../livy';
import type { IFinding, Report } from './report';
import { failure } from './report';
import type { IPlace } from './network';
import { resolveHost, tryTcp, tryTls } from './network';

/** A Livy, and how one would be admitted. */
export interface ILivyPlace extends IPlace {
  tls: boolean;
  /** Path below the host, for a gateway. */
  path?: string;
  caFile?: string;
  verify: boolean;
  credentials?: IBasicCredentials;
  /** By Kerberos, with the host's ticket, or that of the credentials. */
  kerberos?: { site?: IKerberosSite };
  /** EMR Serverless: signs each request. */
  sign?: ISigner;
  /** Why the last hops are not looked at; undefined: they are. */
  asleep?: string;
  /** Issued a moment ago: the cluster may learn of them a little later. */
  fresh?: boolean;
  timeoutMs?: number;
}

/** Livy's own limit on sessions that are being made (`livy.server.session.max-creation`). */
const MAX_CREATION = 100;

/**
 * DNS → TCP → TLS → Livy → credentials → sessions.
 *
 * @throws Stopped at the first hop that fails
 */
export async function livyChain(report: Report, place: ILivyPlace): Promise<void> {
  const { host, port } = place;
  const { signal } = report;
  await report.hop(
    'dns',
    `Resolving ${host}`,
    () => resolveHost(host),
    addresses => `${host} is ${addresses.join(', ')}.`
  );
  await report.hop(
    'tcp',
    `Connecting to ${host}:${port}`,
    () => tryTcp(place, place.timeoutMs, signal),
    () => `Port ${port} takes connections.`
  );
  if (place.tls) {
    await report.hop(
      'tls',
      `Looking at the certificate of ${host}:${port}`,
      () => tryTls(place, { ...place, signal }),
      same
    );
  } else {
    report.add({
      name: 'tls',
      ok: true,
      message: `Plain HTTP: nothing is encrypted on the way to ${host}:${port}.`,
      warning: true
    });
  }
  if (place.asleep !== undefined) {
    report.add({ name: 'admission', ok: true, message: place.asleep, warning: true });
    return;
  }
  await askLivy(report, place);
}

async function askLivy(report: Report, place: ILivyPlace): Promise<void> {
  const { host, port, credentials } = place;
  const issued = performance.now();
  const http: IHttpOptions = {
    url: `${place.tls ? 'https' : 'http'}://${host}:${port}${place.path ?? ''}`,
    verify: place.verify,
    retryLimitMs: 0,
    ...(place.caFile ? { caFile: place.caFile } : {})
  };
  const client = new LivyClient({
    ...http,
    ...(place.sign ? { sign: place.sign, narrow: true } : {}),
    ...(place.kerberos
      ? {
          negotiate: makeNegotiation({
            http,
            ...place.kerberos,
            ...(credentials ? { credentials: () => Promise.resolve(credentials) } : {})
          })
        }
      : credentials
        ? {
            credentials: {
              get: () => Promise.resolve(credentials),
              renew: () => Promise.resolve(false),
              ageMs: () => (place.fresh ? performance.now() - issued : Infinity)
            }
          }
        : {})
  });
  const { signal } = report;
  const options = signal ? { signal } : {};
  try {
    let sessions: ILivySession[] | undefined;
    let refused: LivyError | undefined;
    // The one of EMR Serverless tells no version.
    await (place.sign
      ? undefined
      : report.hop(
          'livy',
          `Asking Livy at ${host}:${port} for its version`,
          async () => {
            try {
              const version = await client.version(options);
              if (version === undefined) {
                // Before 0.5 there is no /version; what is no Livy has no sessions either.
                sessions = await listed(client, options);
              }
              return version;
            } catch (error) {
              if (error instanceof LivyError && (error.status === 401 || error.status === 403)) {
                refused = error;
                return undefined;
              }
              throw error;
            }
          },
          version => {
            if (refused) {
              return `Livy, or a gateway before it, answers and asks for credentials (HTTP ${refused.status}).`;
            }
            return version ? `Livy ${version} answers.` : 'A Livy before 0.5 answers.';
          }
        ));
    await report.hop(
      'admission',
      'Listing sessions with the credentials',
      async () => {
        if (refused) {
          throw notAdmitted(refused, place);
        }
        try {
          return (sessions ??= await listed(client, options));
        } catch (error) {
          throw error instanceof LivyError && (error.status === 401 || error.status === 403)
            ? notAdmitted(error, place)
            : error;
        }
      },
      () =>
        place.kerberos
          ? 'Livy admits the Kerberos ticket.'
          : place.sign
            ? 'Livy admits the signature.'
            : credentials
              ? 'Livy admits the credentials.'
              : 'Livy asks for no credentials.'
    );
    await report.hop('sessions', 'Counting sessions', () => Promise.resolve(sessions ?? []), sessionsFound);
  } finally {
    client.dispose();
  }
}

/** The sessions. @throws EmrError `NotLivy` where what answers is something else */
async function listed(client: LivyClient, options: { signal?: AbortSignal }): Promise<ILivySession[]> {
  let body: unknown;
  try {
    body = await client.http.get('/sessions?from=0&size=1000', { what: 'list the sessions', ...options });
  } catch (error) {
    if (error instanceof LivyError && error.status === 404) {
      throw notLivy(client);
    }
    throw error;
  }
  const { sessions } = body as { sessions?: ILivySession[] };
  if (!Array.isArray(sessions)) {
    throw notLivy(client);
  }
  return sessions;
}

function notLivy(client: LivyClient): Error {
  return failure(
    'NotLivy',
    'livy',
    `What answers at ${client.http.url.host} is not Livy: it knows neither /version nor /sessions.`,
    'See the address and the port: it is Livy’s own (default port 8998), not a user interface.'
  );
}

function notAdmitted(error: LivyError, { credentials, fresh, kerberos, sign }: ILivyPlace): Error {
  if (kerberos || sign) {
    return error;
  }
  return failure(
    error.code,
    'livy',
    `${error.message} (HTTP ${error.status})`,
    credentials === undefined
      ? 'Name how you are admitted: --runtime-role ARN, or --secret ID, or --auth-type Kerberos.'
      : fresh
        ? 'EMR issued the credentials, and Livy does not take them: see that the cluster’s secret agent runs (EMR step “EMR Secret Agent”), or try another cluster.'
        : 'See that user name and password are right and not expired.'
  );
}

function sessionsFound(sessions: ILivySession[]): string | IFinding {
  const live = sessions.filter(session => !ENDED_STATES.includes(session.state));
  const starting = live.filter(session => ['starting', 'not_started', 'recovering'].includes(session.state));
  const waiting = starting.filter(session => yarnWait(session.log)?.noRoom);
  const text = `${live.length} session${live.length === 1 ? '' : 's'} live, ${starting.length} of them starting.`;
  if (starting.length >= MAX_CREATION) {
    throw failure(
      'TooManySessions',
      'livy',
      `${text} By default Livy starts no more than ${MAX_CREATION} at a time.`,
      'Wait until they have started, or ask for livy.server.session.max-creation to be raised.'
    );
  }
  return waiting.length > 0
    ? {
        message: `${text} YARN has no room for ${waiting.map(session => `session ${session.id}`).join(', ')}: ${waiting.length === 1 ? 'it waits' : 'they wait'}.`,
        warning: true,
        fix: 'End sessions that nobody needs (%emr sessions), ask for less in %%configure, or take a larger cluster.'
      }
    : text;
}

const same = <T>(value: T): T => value;
