import { LivyError } from '../../livy';
import { EmrError } from '../../protocol';
import { SessionWatch } from '../life/watch';

import type { ILivySession, LivyClient } from '../../livy';
import type { IEndpoint } from '../connect/endpoint';

const SESSION = { id: 4, name: 'mine', state: 'idle', appId: 'application_1', kind: 'pyspark' } as ILivySession;

/** A watch over a Livy that is far away or near, and how often the session was looked at. */
function watching(isFar: boolean): { watch: SessionWatch; looks: () => number } {
  const getSession = jest.fn(() => Promise.resolve({ ...SESSION }));
  const client = {
    http: { closedAt: -Infinity, line: { isFar } },
    getSession,
    touch: () => Promise.resolve()
  } as unknown as LivyClient;
  const endpoint = { gone: () => Promise.resolve(undefined) } as unknown as IEndpoint;
  const watch = new SessionWatch(client, SESSION, endpoint, 0, { onLost: () => undefined, onSeen: () => undefined });
  watch.start();
  return { watch, looks: () => getSession.mock.calls.length };
}

describe('a look at the session before a cell', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is not waited for while somebody works on a Livy that is far away', async () => {
    const { watch, looks } = watching(true);
    await watch.confirm();
    for (let pause = 0; pause < 60; pause += 7) {
      await jest.advanceTimersByTimeAsync(7000);
      const before = looks();
      await watch.confirm();
      expect(looks()).toBe(before);
    }
    watch.stop();
  });

  it('is not put off by cells that follow one another', async () => {
    const { watch, looks } = watching(true);
    await watch.confirm();
    for (let cell = 0; cell < 60; cell++) {
      watch.setBusy(true);
      await jest.advanceTimersByTimeAsync(200);
      watch.setBusy(false);
      const before = looks();
      await watch.confirm();
      expect(looks()).toBe(before);
    }
    expect(looks()).toBeLessThanOrEqual(5);
    watch.stop();
  });

  it('is made after a pause where Livy is near, and after a long one where it is far', async () => {
    for (const [isFar, pauseMs] of [
      [false, 7000],
      [true, 400_000]
    ] as const) {
      const { watch, looks } = watching(isFar);
      await watch.confirm();
      await jest.advanceTimersByTimeAsync(pauseMs + 5000);
      const before = looks();
      await watch.confirm();
      expect(looks()).toBe(before + 1);
      watch.stop();
    }
  });

  it('every 30 s is enough once nobody works', async () => {
    const { watch, looks } = watching(true);
    await watch.confirm();
    await jest.advanceTimersByTimeAsync(150_000);
    const before = looks();
    await jest.advanceTimersByTimeAsync(300_000);
    expect(looks() - before).toBe(10);
    watch.stop();
  });
});

describe('a session on EMR Serverless', () => {
  const look = async (error: LivyError, gone?: EmrError): Promise<unknown> => {
    const client = {
      http: { closedAt: -Infinity, line: { isFar: false } },
      getSession: () => Promise.reject(error)
    } as unknown as LivyClient;
    const endpoint = { applicationId: '00f1', gone: () => Promise.resolve(gone) } as unknown as IEndpoint;
    const watch = new SessionWatch(client, SESSION, endpoint, 0, { onLost: () => undefined, onSeen: () => undefined });
    await watch.look();
    watch.stop();
    return watch.lost.aborted ? watch.lost.reason : undefined;
  };
  const refused = (status: number): LivyError =>
    new LivyError({ code: 'Refused', hop: 'iam', message: 'No.' }, 'answered', status);
  const stopped = new EmrError({ code: 'ApplicationStopped', hop: 'emr-serverless', message: 'It stopped.' });

  it.each([400, 401, 403, 503])('is not lost by an answer of %i, which is of the door', async status => {
    await expect(look(refused(status))).resolves.toBeUndefined();
  });

  it.each([400, 403, 404])('is lost with its application, whatever the answer (%i)', async status => {
    await expect(look(refused(status), stopped)).resolves.toBe(stopped);
  });

  it('is lost where Livy does not know it', async () => {
    await expect(look(refused(404))).resolves.toMatchObject({ code: 'SessionEnded' });
  });
});
