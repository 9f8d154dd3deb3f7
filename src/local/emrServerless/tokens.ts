/** Client tokens: the same request twice makes one thing; another request with a used token is refused. */
import { isDeepStrictEqual } from 'node:util';

import { AwsError } from '../errors';

export class Tokens<T> {
  private readonly used = new Map<string, { input: unknown; made: Promise<T> }>();

  /**
   * @param scope - tokens of different scopes have nothing to do with each other
   * @throws AwsError `ConflictException` for a token that was used with another input
   */
  async once(scope: string, token: string, input: unknown, make: () => T | Promise<T>): Promise<T> {
    const key = `${scope}\n${token}`;
    const before = this.used.get(key);
    if (before) {
      if (!isDeepStrictEqual(before.input, input)) {
        throw new AwsError(
          'ConflictException',
          `The client token ${token} was used before with other parameters. Use a new token for a new request.`,
          409
        );
      }
      return before.made;
    }
    const made = Promise.resolve().then(make);
    this.used.set(key, { input, made });
    try {
      return await made;
    } catch (error) {
      // What was refused has made nothing: the token is free again.
      this.used.delete(key);
      throw error;
    }
  }
}
