import { EmrError } from '../../protocol';
import { CredentialKeeper } from '../connect/credentials';

import type { IIssued } from '../connect/credentials';

const HOUR = 3_600_000;

describe('CredentialKeeper', () => {
  let wall: number;
  let steady: number;
  let asked: number;
  let answer: (count: number) => Promise<IIssued>;
  let keeper: CredentialKeeper;
  const pass = (ms: number): void => {
    wall += ms;
    steady += ms;
  };
  const password = async (): Promise<string> => (await keeper.get()).password;
  /** AWS has answered what was asked in the background. */
  const settled = () => new Promise(resolve => setImmediate(resolve));

  beforeEach(() => {
    wall = Date.parse('2026-01-01T00:00:00Z');
    steady = 1000;
    asked = 0;
    // AWS's clock is the right one, whatever this host's says.
    const skew = () => wall - (Date.parse('2026-01-01T00:00:00Z') + steady - 1000);
    answer = count =>
      Promise.resolve({
        username: 'u',
        password: `p${count}`,
        expiresAt: new Date(wall - skew() + 900_000),
        lifeMs: 900_000
      });
    keeper = new CredentialKeeper(() => answer(++asked), undefined, { wall: () => wall, steady: () => steady });
  });

  it('asks once, and again before they end', async () => {
    expect(await password()).toBe('p1');
    pass(700_000);
    expect(await password()).toBe('p1');
    expect(asked).toBe(1);
    pass(100_000);
    await password();
    await settled();
    expect(asked).toBe(2);
  });

  it('makes nobody wait while the old ones hold, and gives the cluster time to learn the new ones', async () => {
    await password();
    let issue: (issued: IIssued) => void = () => undefined;
    answer = () => new Promise(resolve => (issue = resolve));
    pass(800_000);
    expect(await password()).toBe('p1');
    expect(await password()).toBe('p1');
    expect(asked).toBe(2);
    issue({ username: 'u', password: 'p2', lifeMs: 900_000 });
    await settled();
    expect(await password()).toBe('p1');
    pass(11_000);
    expect(await password()).toBe('p2');
    expect(keeper.renewalCount).toBe(1);
  });

  it('waits for new ones where the old ones are at their end', async () => {
    await password();
    pass(899_000);
    expect(await password()).toBe('p2');
  });

  it.each([
    ['minutes ahead', 7 * 60_000],
    ['hours ahead', 5 * HOUR],
    ['minutes behind', -7 * 60_000],
    ['hours behind', -5 * HOUR]
  ])('neither renews at every request nor uses dead ones with a clock that is %s', async (_name, skew) => {
    wall += skew;
    for (let request = 0; request < 50; request++) {
      await password();
    }
    expect(asked).toBe(1);
    pass(901_000);
    expect(await password()).toBe('p2');
  });

  it('does so too where the answer had no date and the clock is ahead; behind, a 401 has to say it', async () => {
    answer = count =>
      Promise.resolve({ username: 'u', password: `p${count}`, expiresAt: new Date(wall - 5 * HOUR + 900_000) });
    for (let request = 0; request < 50; request++) {
      await password();
    }
    expect(asked).toBe(1);
    pass(900_000);
    expect(await password()).toBe('p2');
  });

  it('sees what passed while the host slept, and is not made younger by a clock that is set back', async () => {
    await password();
    wall += HOUR;
    expect(await password()).toBe('p2');
    wall -= 3 * HOUR;
    expect(await password()).toBe('p2');
    steady += 901_000;
    expect(await password()).toBe('p3');
  });

  it('goes on with the old ones while AWS does not answer, and does not ask at every request', async () => {
    await password();
    answer = () => Promise.reject(new EmrError({ code: 'Throttled', hop: 'emr', message: 'Rate exceeded.' }));
    pass(800_000);
    for (let request = 0; request < 20; request++) {
      expect(await password()).toBe('p1');
      await settled();
    }
    expect(asked).toBe(2);
    pass(200_000);
    await expect(keeper.get()).rejects.toMatchObject({
      message: 'The session credentials could not be renewed: Rate exceeded.'
    });
    await expect(keeper.get()).rejects.toMatchObject({ code: 'Throttled' });
    expect(asked).toBe(3);
  });
});
