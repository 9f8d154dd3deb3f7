/**
 * AWS signature version 4 for each request, as the Livy endpoint of EMR Serverless asks for it. The keys come from
 * outside and stay in memory; no error of ours repeats one.
 */
import { explainRefusal, isKeyRefusal, isRefusal, saidText } from './refusals';

import type { LivyError } from './errors';
import type { IRefusal } from './refusals';
import type { SignatureV4 } from '@smithy/signature-v4';

/** Keys of an AWS identity. */
export interface IAwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** Where the keys of each signature come from. */
export interface IKeySource {
  /** Valid ones; renewed before they end. */
  get(): Promise<IAwsKeys>;
  /** AWS does not take them: get others. False: there are none. */
  renew(): Promise<boolean>;
}

/** A request that is about to be sent. */
export interface ISignable {
  method: string;
  url: URL;
  body?: string;
}

/** Makes each request ours, in place of a user name and password. */
export interface ISigner {
  /** Headers to send with it. */
  sign(request: ISignable): Promise<Record<string, string>>;
  /**
   * Livy's door refused it: true where it may be taken when it is signed anew (a clock put right, renewed keys).
   *
   * @param signed - the headers that it was sent with: another request may have mended it meanwhile
   */
  mend(refusal: IRefusal, signed: Record<string, string>): Promise<boolean>;
  /** The refusal in the user's words; undefined where it is Livy's own answer. */
  explain(refusal: IRefusal, what: string): LivyError | undefined;
  /** A text of the other side without anything of ours that is secret. */
  scrub(text: string): string;
}

export interface ISigV4Options {
  region: string;
  /** As in the signature's scope, e.g. `emr-serverless`. */
  service: string;
  keys: IKeySource;
  /** ARN of what is asked, for the error's words. */
  resource?: string;
  /** Role that the sessions run as, for the error's words. */
  role?: string;
  /** Milliseconds since the epoch. Default: this host's clock. */
  now?: () => number;
}

/** A clock that is off by more is put right: AWS itself takes five minutes. */
const SKEW_MS = 120_000;

/** Signs requests for one service and region. */
export class SigV4Signer implements ISigner {
  private signer?: Promise<SignatureV4>;
  private renewing?: Promise<boolean>;
  /** Milliseconds by which AWS's clock is ahead of this host's. */
  private skewMs = 0;
  /** What was signed with last, to be taken out of texts. */
  private readonly secrets = new Set<string>();
  private readonly now: () => number;

  constructor(private readonly options: ISigV4Options) {
    this.now = options.now ?? Date.now;
  }

  async sign({ method, url, body }: ISignable): Promise<Record<string, string>> {
    const signer = await (this.signer ??= this.load());
    const query: Record<string, string[]> = {};
    for (const [key, value] of url.searchParams) {
      (query[key] ??= []).push(value);
    }
    const signed = await signer.sign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port ? { port: Number(url.port) } : {}),
        path: url.pathname,
        query,
        headers: { host: url.host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body })
      },
      { signingDate: new Date(this.now() + this.skewMs) }
    );
    return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== 'content-type'));
  }

  async mend(refusal: IRefusal, signed: Record<string, string>): Promise<boolean> {
    if (!isRefusal(refusal)) {
      return false;
    }
    const theirs = refusal.date === undefined ? NaN : Date.parse(refusal.date);
    const off = theirs - signedAt(signed);
    if (Math.abs(off) > SKEW_MS) {
      this.skewMs = theirs - this.now();
      return true;
    }
    if (!isKeyRefusal(refusal)) {
      return false;
    }
    const { keys } = this.options;
    const { accessKeyId } = await keys.get();
    if (!(signed['authorization'] ?? '').includes(`Credential=${accessKeyId}/`)) {
      return true;
    }
    return (this.renewing ??= keys.renew().finally(() => delete this.renewing));
  }

  explain(refusal: IRefusal, what: string): LivyError | undefined {
    return explainRefusal({ ...refusal, body: this.scrub(saidText(refusal.body)) }, what, {
      ...(this.options.resource ? { resource: this.options.resource } : {}),
      ...(this.options.role ? { role: this.options.role } : {})
    });
  }

  scrub(text: string): string {
    let clean = text;
    for (const secret of this.secrets) {
      clean = clean.replaceAll(secret, '…').replaceAll(encodeURIComponent(secret), '…');
    }
    return clean.replace(/((?:x-amz-security-token|signature|credential)\s*[=:]\s*)[^\s,&"'\\]+/gi, '$1…');
  }

  private async load(): Promise<SignatureV4> {
    const { SignatureV4: Signer, Sha256 } = await import('./signing');
    const { region, service, keys } = this.options;
    return new Signer({
      region,
      service,
      sha256: Sha256,
      credentials: async () => {
        const { accessKeyId, secretAccessKey, sessionToken } = await keys.get();
        this.secrets.add(secretAccessKey);
        if (sessionToken) {
          this.secrets.add(sessionToken);
        }
        // Those before the last are no longer sent, and answers to them have come.
        for (const old of [...this.secrets].slice(0, -4)) {
          this.secrets.delete(old);
        }
        return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
      }
    });
  }
}

/** When a request was signed, by the clock that it was signed with; NaN where it does not say. */
function signedAt(signed: Record<string, string>): number {
  return Date.parse(
    (signed['x-amz-date'] ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  );
}
