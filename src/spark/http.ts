import http from 'node:http';
import https from 'node:https';

import type { SecureContext } from 'node:tls';

/** Whom to trust over HTTPS. */
export interface ITrust {
  /** False only by the user's own word. */
  verify: boolean;
  context?: SecureContext;
}

const MAX_BYTES = 8_000_000;
const MAX_REDIRECTS = 3;

/**
 * GET a JSON document. No credentials, no cookies, no proxy: the address comes from the cluster.
 *
 * @param timeoutMs - for all of it
 * @param trust - asked for over HTTPS only: reading the authorities takes a while
 * @throws Error of any kind: whoever asks does without the answer
 */
export async function getJson(address: string, timeoutMs: number, trust?: () => ITrust): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  let url = new URL(address);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const answer = await get(url, signal, trust);
    if ('text' in answer) {
      return JSON.parse(answer.text) as unknown;
    }
    // YARN's proxy sends one on, to another path or from the driver to itself.
    url = new URL(answer.location, url);
  }
  throw new Error('too many redirects');
}

function get(url: URL, signal: AbortSignal, trust?: () => ITrust): Promise<{ text: string } | { location: string }> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return Promise.reject(new Error(`no address of Spark's: ${url.protocol}`));
  }
  const headers = { accept: 'application/json' };
  const whom = url.protocol === 'https:' ? trust?.() : undefined;
  const secure = {
    rejectUnauthorized: whom?.verify !== false,
    ...(whom?.context ? { secureContext: whom.context } : {})
  };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:' ? https.get(url, { headers, signal, ...secure }) : http.get(url, { headers, signal });
    request.once('error', reject);
    request.once('response', response => {
      const { statusCode = 0 } = response;
      const { location } = response.headers;
      if (statusCode >= 300 && statusCode < 400 && location) {
        response.resume();
        resolve({ location });
        return;
      }
      if (statusCode !== 200 || !(response.headers['content-type'] ?? '').includes('json')) {
        response.resume();
        reject(new Error(`HTTP ${statusCode}`));
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BYTES) {
          request.destroy(new Error('too long an answer'));
        }
        chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () => resolve({ text: Buffer.concat(chunks).toString('utf8') }));
    });
  });
}
