import type { ISessionStatus } from '../../protocol';
import type { NotebookSession } from '../../session';

/** A session whose driver is a function, and what it was asked. */
export function fakeSession(
  answer: (code: string, kind: string) => string | undefined | Promise<string | undefined>,
  scala: (code: string, cursor: number) => string[] = () => []
) {
  const listeners = new Set<(status: ISessionStatus) => void>();
  const asked: string[] = [];
  const status = { state: 'idle', since: '', language: 'pyspark', sessionId: 1 } as ISessionStatus;
  const set = (change: Partial<ISessionStatus>): void => {
    Object.assign(status, change);
    listeners.forEach(listener => listener({ ...status }));
  };
  const session = {
    status,
    board: {
      onChange: (listener: (status: ISessionStatus) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      }
    },
    quick: async (code: string, _timeoutMs: number, kind = 'pyspark') => {
      if (status.state === 'busy') {
        return undefined;
      }
      asked.push(code.slice(-200));
      return answer(code, kind);
    },
    complete: (code: string, cursor: number) => {
      asked.push(code);
      return Promise.resolve(scala(code, cursor));
    }
  } as unknown as NotebookSession;
  return {
    session,
    asked,
    set,
    /** The user runs a cell. */
    run: () => {
      set({ state: 'busy' });
      set({ state: 'idle' });
    }
  };
}
