import { follow } from '../follow';

import type { ICluster, IClusterList, IErrorInfo } from '../../protocol';
import type { IControlService } from '../types';

const CAUSE: IErrorInfo = { code: 'BOOTSTRAP_FAILURE', hop: 'emr', message: 'A bootstrap action failed.' };

function row(state: ICluster['state'], reason?: IErrorInfo): ICluster {
  return { key: 'pp-1', name: 'broken', state, mine: true, timeline: [], ...(reason ? { reason } : {}) };
}

/** A control whose list is each of these in turn. */
function control(rows: (ICluster | undefined)[]): IControlService {
  return {
    watch: (listener: (list: IClusterList) => void) => {
      rows.forEach(one => queueMicrotask(() => listener({ clusters: one ? [one] : [] } as unknown as IClusterList)));
      return () => undefined;
    }
  } as unknown as IControlService;
}

describe('following a teardown', () => {
  it('takes no more words on the old failure for a new one', async () => {
    const before = row('FAILED', CAUSE);
    const told = row('FAILED', { ...CAUSE, detail: 'The following resource(s) failed to create: [EmrCluster].' });
    const rows = [before, told, row('TERMINATING'), undefined];
    await expect(follow(control(rows), 'pp-1', 'ended', { before })).resolves.toMatchObject({ state: 'TERMINATING' });
  });

  it('says why it failed', async () => {
    const before = row('FAILED', CAUSE);
    const kept = { code: 'ResourceFailure', hop: 'service-catalog' as const, message: 'It is termination protected.' };
    await expect(follow(control([before, row('FAILED', kept)]), 'pp-1', 'ended', { before })).rejects.toThrow(
      /termination protected/
    );
    const again = [before, row('TERMINATING'), before];
    await expect(follow(control(again), 'pp-1', 'ended', { before })).rejects.toThrow(/bootstrap action/);
  });
});
