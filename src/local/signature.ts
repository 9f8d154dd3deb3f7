/** Signature version 4, checked as AWS checks it: whoever does not hold the secret is nobody. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/\s,]+)\/(\d{8})\/([^/\s,]+)\/([^/\s,]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** What the Authorization header of a signed request says. */
export interface ISignature {
  accessKeyId: string;
  /** `YYYYMMDD`. */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

/** The signature of a request, or undefined where it has none. */
export function readSignature({ headers }: Pick<IncomingMessage, 'headers'>): ISignature | undefined {
  const match = AUTHORIZATION.exec(headers.authorization ?? '');
  if (!match) {
    return undefined;
  }
  const [, accessKeyId, date, region, service, signedHeaders, signature] = match;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

/** Whether the holder of the secret signed this request. */
export function isSignedBy(
  secretAccessKey: string,
  signature: ISignature,
  request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>,
  body: Buffer
): boolean {
  const { date, region, service, signedHeaders } = signature;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const query = [...url.searchParams]
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = signedHeaders.map(
    name =>
      `${name}:${String(request.headers[name] ?? '')
        .trim()
        .replace(/\s+/g, ' ')}\n`
  );
  const canonical = [
    request.method,
    url.pathname.split('/').map(encode).join('/'),
    query,
    headers.join(''),
    signedHeaders.join(';'),
    sha256(body)
  ].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    `${date}/${region}/${service}/aws4_request`,
    sha256(canonical)
  ].join('\n');
  let key: Buffer = Buffer.from('AWS4' + secretAccessKey);
  for (const part of [date, region, service, 'aws4_request', text]) {
    key = createHmac('sha256', key).update(part).digest();
  }
  return timingSafeEqual(key, Buffer.from(signature.signature, 'hex'));
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Everything but unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  );
}
