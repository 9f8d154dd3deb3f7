/** Who there is and what each may do: the seed until something was changed, then moto's state, read again after each change. */
import { createHash } from 'node:crypto';

import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import type { MotoProcess } from '../moto/process';
import type { ISeed } from './seed';
import type { IPolicyDocument } from './types';

export interface INamedPolicy {
  name: string;
  document: IPolicyDocument;
}

export interface IUserEntry {
  arn: string;
  id: string;
  policies: INamedPolicy[];
}

export interface IRoleEntry extends IUserEntry {
  trust: IPolicyDocument;
  tags: Record<string, string>;
  boundary: INamedPolicy | null;
  /** The longest session, in seconds. */
  maxSeconds: number;
}

interface IBucketEntry {
  region: string;
  policy: IPolicyDocument | null;
  /** The KMS key that new objects are encrypted with unless the request names another. */
  key: string | null;
}

interface IKeyEntry {
  policy: IPolicyDocument;
  /** `alias/NAME`. */
  aliases: string[];
}

export interface ISnapshot {
  users: Record<string, IUserEntry>;
  roles: Record<string, IRoleEntry>;
  buckets: Record<string, IBucketEntry>;
  /** By ARN. */
  keys: Record<string, IKeyEntry>;
}

export class Directory {
  private cached?: Promise<ISnapshot>;
  private readonly seeded: ISnapshot;

  constructor(
    private readonly moto: MotoProcess,
    seed: ISeed
  ) {
    this.seeded = fromSeed(seed);
  }

  /** All of it as it is now. */
  read(): Promise<ISnapshot> {
    if (!this.moto.started) {
      this.cached = undefined; // it ended, and what was changed in it with it
      return Promise.resolve(this.seeded);
    }
    this.cached ??= this.moto.ask<ISnapshot>('policies').catch(error => {
      this.cached = undefined;
      throw error;
    });
    return this.cached;
  }

  /** Something was changed. */
  forget(): void {
    this.cached = undefined;
  }

  /** The role behind an ARN, undefined where there is none. */
  async role(arn: string): Promise<(IRoleEntry & { name: string }) | undefined> {
    const { roles } = await this.read();
    const found = Object.entries(roles).find(([, role]) => role.arn === arn);
    return found && { name: found[0], ...found[1] };
  }

  /** The ARN of a key by its id, ARN or alias in a region. @throws AwsError `NotFoundException` in KMS's words */
  async keyArn(id: string, region: string): Promise<string> {
    const { keys } = await this.read();
    const name = id.startsWith('arn:') ? id.replace(/^arn:aws[^:]*:kms:[^:]*:\d*:/, '') : id;
    for (const [arn, { aliases }] of Object.entries(keys)) {
      if (
        arn === id ||
        (arn.includes(`:${region}:`) &&
          (arn.endsWith(`/${name}`) || arn.endsWith(`:${name}`) || aliases.includes(name)))
      ) {
        return arn;
      }
    }
    throw new AwsError('NotFoundException', `Key '${id}' does not exist`);
  }
}

/** The same as moto makes of it, for as long as nobody needs moto. */
function fromSeed(seed: ISeed): ISnapshot {
  const policies = (texts: Record<string, string>) =>
    Object.entries(texts).map(([name, text]) => ({ name, document: JSON.parse(text) as IPolicyDocument }));
  const id = (prefix: string, name: string) =>
    prefix + createHash('sha256').update(name).digest('hex').slice(0, 17).toUpperCase();
  return {
    users: Object.fromEntries(
      seed.users.map(user => [
        user.name,
        {
          arn: `arn:aws:iam::${ACCOUNT_ID}:user/${user.name}`,
          id: id('AIDA', user.name),
          policies: policies(user.policies)
        }
      ])
    ),
    roles: Object.fromEntries(
      seed.roles.map(role => [
        role.name,
        {
          arn: `arn:aws:iam::${ACCOUNT_ID}:role/${role.name}`,
          id: id('AROA', role.name),
          trust: JSON.parse(role.trust) as IPolicyDocument,
          policies: policies(role.policies),
          tags: {},
          boundary: null,
          maxSeconds: 43_200
        }
      ])
    ),
    buckets: Object.fromEntries(
      [seed.buckets.data, seed.buckets.artifacts, ...new Set(seed.lake.map(({ bucket }) => bucket))].map(name => [
        name,
        { region: seed.region, policy: null, key: null }
      ])
    ),
    keys: {}
  };
}
