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

/** What a presigned URL says in its query. */
export interface IPresigned extends ISignature {
  /** `X-Amz-Date`. */
  at: string;
  seconds: number;
  sessionToken?: string;
}

/** The signature in the query of a URL, or undefined where there is none. */
export function readPresigned({ url }: Pick<IncomingMessage, 'url'>): IPresigned | undefined {
  const query = new URL(url ?? '/', 'http://localhost').searchParams;
  const text = (name: string) => query.get(`X-Amz-${name}`) ?? '';
  const [accessKeyId, date, region, service, end] = text('Credential').split('/');
  const signature = text('Signature');
  if (text('Algorithm') !== 'AWS4-HMAC-SHA256' || end !== 'aws4_request' || !/^[0-9a-f]{64}$/.test(signature)) {
    return undefined;
  }
  const token = query.get('X-Amz-Security-Token');
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: text('SignedHeaders').split(';'),
    signature,
    at: text('Date'),
    seconds: Number(text('Expires')),
    ...(token === null ? {} : { sessionToken: token })
  };
}

/**
 * Whether the holder of the secret signed this request to S3: the path is taken as it was sent, and the body by the
 * digest that the headers tell of it, so that it can be streamed.
 */
export function isS3SignedBy(
  secretAccessKey: string,
  signature: ISignature | IPresigned,
  request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>
): boolean {
  const [path, queryText = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const presigned = 'at' in signature;
  const query = new URLSearchParams(queryText);
  if (presigned) {
    query.delete('X-Amz-Signature');
  }
  const digest = presigned ? undefined : request.headers['x-amz-content-sha256'];
  return isRight(
    secretAccessKey,
    signature,
    request,
    presigned ? signature.at : String(request.headers['x-amz-date'] ?? ''),
    path,
    canonicalQuery(query),
    typeof digest === 'string' ? digest : 'UNSIGNED-PAYLOAD'
  );
}

/** Whether the holder of the secret signed this request. */
export function isSignedBy(
  secretAccessKey: string,
  signature: ISignature,
  request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>,
  body: Buffer
): boolean {
  const url = new URL(request.url ?? '/', 'http://localhost');
  return isRight(
    secretAccessKey,
    signature,
    request,
    String(request.headers['x-amz-date'] ?? ''),
    url.pathname.split('/').map(encode).join('/'),
    canonicalQuery(url.searchParams),
    sha256(body)
  );
}

function canonicalQuery(parameters: URLSearchParams): string {
  return [...parameters]
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join('&');
}

function isRight(
  secretAccessKey: string,
  { date, region, service, signedHeaders, signature }: ISignature,
  request: Pick<IncomingMessage, 'headers' | 'method'>,
  at: string,
  path: string,
  query: string,
  payload: string
): boolean {
  const headers = signedHeaders.map(
    name =>
      `${name}:${String(request.headers[name] ?? '')
        .trim()
        .replace(/\s+/g, ' ')}\n`
  );
  const canonical = [request.method, path, query, headers.join(''), signedHeaders.join(';'), payload].join('\n');
  const text = ['AWS4-HMAC-SHA256', at, `${date}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n');
  let key: Buffer = Buffer.from('AWS4' + secretAccessKey);
  for (const part of [date, region, service, 'aws4_request', text]) {
    key = createHmac('sha256', key).update(part).digest();
  }
  return timingSafeEqual(key, Buffer.from(signature, 'hex'));
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
