import { createHash, timingSafeEqual } from 'node:crypto';

import type { ILivyCredential } from './config';

/** HTTP Basic against the list that the parent keeps. */
export class Admission {
  private credentials: readonly ILivyCredential[] = [];

  /** Replaces the whole list. */
  set(credentials: readonly ILivyCredential[]): void {
    this.credentials = credentials;
  }

  /** Environment of a user's drivers: that of the pair that was issued last. */
  environment(username: string | null): Record<string, string> {
    return this.credentials.findLast(credential => credential.username === username)?.env ?? {};
  }

  /** The user name of an unexpired pair; undefined: nobody we know. */
  user(header: string | undefined): string | undefined {
    const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
    if (encoded === undefined) return undefined;
    const pair = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    if (colon < 0) return undefined;
    const username = pair.slice(0, colon);
    const hash = createHash('sha256')
      .update(pair.slice(colon + 1))
      .digest();
    const now = Date.now();
    const known = this.credentials.some(
      credential =>
        credential.username === username && credential.expiresAt > now && same(hash, credential.passwordSha256)
    );
    return known ? username : undefined;
  }
}

function same(hash: Buffer, hex: string): boolean {
  const other = Buffer.from(hex, 'hex');
  return other.length === hash.length && timingSafeEqual(hash, other);
}
