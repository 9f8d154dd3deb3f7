import { AwsKeys } from '../keys';

import type { Identity } from '../client';

const MINUTE = 60_000;

/** Keys as they are given out one after the other; what is asked beyond them fails. */
function source(...lives: (number | Error)[]) {
  let asked = 0;
  let fresh = 0;
  const make = (): (() => Promise<Identity>) => {
    fresh++;
    return () => {
      const life = lives[asked++] ?? new Error('no more');
      return life instanceof Error
        ? Promise.reject(life)
        : Promise.resolve({
            accessKeyId: `ASIA${asked}`,
            secretAccessKey: 'x',
            ...(life === Infinity ? {} : { expiration: new Date(Date.now() + life) })
          });
    };
  };
  const changed: (string | undefined)[] = [];
  const keys = new AwsKeys({ region: 'eu-west-1' }, expiresAt => changed.push(expiresAt), make);
  return { keys, changed, asked: () => asked, fresh: () => fresh };
}

const idOf = async (keys: AwsKeys): Promise<string> => (await keys.get()).accessKeyId;

describe('AwsKeys', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('are got once, for all who ask at the same time', async () => {
    const { keys, asked, changed } = source(60 * MINUTE);
    await expect(Promise.all([idOf(keys), idOf(keys), idOf(keys)])).resolves.toEqual(['ASIA1', 'ASIA1', 'ASIA1']);
    await jest.advanceTimersByTimeAsync(50 * MINUTE);
    await expect(idOf(keys)).resolves.toBe('ASIA1');
    expect(asked()).toBe(1);
    expect(changed).toHaveLength(1);
  });

  it('that have no end are kept', async () => {
    const { keys, asked } = source(Infinity);
    await idOf(keys);
    await jest.advanceTimersByTimeAsync(48 * 60 * MINUTE);
    await expect(idOf(keys)).resolves.toBe('ASIA1');
    expect(asked()).toBe(1);
  });

  it('are renewed before they end, and nobody waits for it', async () => {
    const { keys, asked } = source(60 * MINUTE, 60 * MINUTE);
    await idOf(keys);
    await jest.advanceTimersByTimeAsync(56 * MINUTE);
    await expect(idOf(keys)).resolves.toBe('ASIA1');
    expect(asked()).toBe(2);
    await jest.advanceTimersByTimeAsync(1);
    await expect(idOf(keys)).resolves.toBe('ASIA2');
  });

  it('serve until their end where no others are to be had, and are asked for again', async () => {
    const { keys, asked } = source(60 * MINUTE, new Error('STS is away'), new Error('still away'), 60 * MINUTE);
    await idOf(keys);
    await jest.advanceTimersByTimeAsync(56 * MINUTE);
    for (const pause of [1, 1, 11_000, 1, 11_000, 1]) {
      await idOf(keys);
      await jest.advanceTimersByTimeAsync(pause);
    }
    await expect(idOf(keys)).resolves.toBe('ASIA4');
    expect(asked()).toBe(4);
  });

  it('that have ended are not used', async () => {
    const { keys } = source(60 * MINUTE, new Error('STS is away'), 60 * MINUTE);
    await idOf(keys);
    await jest.advanceTimersByTimeAsync(61 * MINUTE);
    await expect(idOf(keys)).rejects.toMatchObject({ hop: 'aws-credentials' });
    await expect(idOf(keys)).resolves.toBe('ASIA3');
  });

  it('that AWS refuses are read anew by a provider that has read nothing', async () => {
    const { keys, fresh } = source(60 * MINUTE, 60 * MINUTE);
    await idOf(keys);
    await expect(keys.renew()).resolves.toBe(true);
    expect(fresh()).toBe(2);
    await expect(idOf(keys)).resolves.toBe('ASIA2');
  });

  it('that are the same again are no others', async () => {
    const same = { accessKeyId: 'AKIA', secretAccessKey: 'x' };
    const keys = new AwsKeys({}, undefined, () => () => Promise.resolve(same));
    await keys.get();
    await expect(keys.renew()).resolves.toBe(false);
  });
});
