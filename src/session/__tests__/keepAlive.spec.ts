import { FakeLivy } from '../../livy/__tests__/fakeLivy';
import { LivyClient } from '../../livy';
import { KeepAlive, durationMs, idleLimitMs, keepAliveMs } from '../life/keepAlive';

describe('how often a session is kept alive', () => {
  it.each([
    ['90s', 90_000],
    ['4h', 14_400_000],
    ['5000', 5000],
    ['1min', 60_000],
    ['soon', undefined],
    [null, undefined]
  ])('reads %j as %j ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it('is three times a minute, and oftener for a shorter limit', () => {
    expect(keepAliveMs(undefined)).toBe(20_000);
    expect(keepAliveMs(3_600_000)).toBe(20_000);
    expect(keepAliveMs(60_000)).toBe(15_000);
    expect(keepAliveMs(4000)).toBe(1000);
  });

  it('goes by the shortest limit that is asked for or shown', () => {
    expect(idleLimitMs({ id: 1, state: 'idle', ttl: null, idleTimeout: '30m' }, { ttl: '2h' })).toBe(1_800_000);
    expect(idleLimitMs({ id: 1, state: 'idle' })).toBeUndefined();
  });
});

describe('KeepAlive', () => {
  let fake: FakeLivy;
  let client: LivyClient;
  let keep: KeepAlive;
  const told = (): number => fake.count('POST /sessions/3/connect');
  const untilTold = async (times: number): Promise<void> => {
    while (told() < times) {
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  };

  beforeEach(async () => {
    fake = new FakeLivy();
    client = new LivyClient({ url: await fake.start() });
    keep = new KeepAlive(client, 3, 1000);
  });

  afterEach(async () => {
    keep.stop();
    client.dispose();
    await fake.stop();
  });

  it('tells Livy again and again until it is stopped', async () => {
    fake.on('POST /sessions/3/connect', () => ({ body: {} }));
    keep.start();
    await untilTold(3);
    expect(keep.toldAt).toBeDefined();
    keep.stop();
    const before = told();
    await new Promise(resolve => setTimeout(resolve, 600));
    expect(told()).toBe(before);
  });
});

it('KeepAlive tells again soon where Livy did not hear it: four tries are over before the limit is', async () => {
  jest.useFakeTimers();
  try {
    const touch = jest.fn(() => Promise.reject(new Error('reset')));
    const keep = new KeepAlive({ touch } as unknown as LivyClient, 3, 1000);
    keep.start();
    await jest.advanceTimersByTimeAsync(249);
    expect(touch).toHaveBeenCalledTimes(0);
    await jest.advanceTimersByTimeAsync(250);
    expect(touch.mock.calls.length).toBeGreaterThanOrEqual(4);
    expect(keep.toldAt).toBeUndefined();
    keep.stop();
  } finally {
    jest.useRealTimers();
  }
});
