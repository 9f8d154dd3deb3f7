import { Clock } from '../clock';
import { Lifecycle, type ILifecycleHooks } from '../emr/lifecycle';
import { PHASES, type State } from '../emr/types';

/** A lifecycle on jest's clock, ten times as fast as AWS. */
function make(plan: Partial<ConstructorParameters<typeof Lifecycle>[2]> = {}, hooks: Partial<ILifecycleHooks> = {}) {
  const states: State[] = [];
  const lifecycle = new Lifecycle(
    new Clock(10),
    {
      bootstrap: () => Promise.resolve(),
      shutDown: () => Promise.resolve(),
      changed: state => states.push(state),
      ...hooks
    },
    { keepAlive: true, ...plan }
  );
  return { lifecycle, states };
}

const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 100);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('Lifecycle', () => {
  it('takes its time in each state, and keeps the times', async () => {
    const { lifecycle, states } = make();
    await pass(PHASES.starting - 1);
    expect([lifecycle.state, states]).toEqual(['STARTING', []]);
    await pass(1);
    expect(states).toEqual(['BOOTSTRAPPING']);
    await pass(PHASES.bootstrapping - 1);
    expect([lifecycle.state, lifecycle.readyAt]).toEqual(['BOOTSTRAPPING', undefined]);
    await pass(1);
    expect(lifecycle.state).toBe('RUNNING');
    await pass(PHASES.running);
    expect(lifecycle.state).toBe('WAITING');
    expect(lifecycle.readyAt!.getTime() - lifecycle.createdAt.getTime()).toBe(
      (PHASES.starting + PHASES.bootstrapping) * 100
    );
    await pass(1_000_000);
    expect(lifecycle.state).toBe('WAITING');
  });

  it('stays in BOOTSTRAPPING until what runs on it is up', async () => {
    let up: () => void = () => undefined;
    const { lifecycle } = make({}, { bootstrap: () => new Promise(resolve => (up = resolve)) });
    await pass(10 * (PHASES.starting + PHASES.bootstrapping));
    expect(lifecycle.state).toBe('BOOTSTRAPPING');
    up();
    await pass(0);
    expect(lifecycle.state).toBe('RUNNING');
  });

  it('fails where it does not come up', async () => {
    const { lifecycle, states } = make({}, { bootstrap: () => Promise.reject(new Error('no Java')) });
    await pass(1000);
    expect(states).toEqual(['BOOTSTRAPPING', 'TERMINATING', 'TERMINATED_WITH_ERRORS']);
    expect(lifecycle.reason).toEqual({
      Code: 'BOOTSTRAP_FAILURE',
      Message: 'Livy did not start on the master node: no Java'
    });
  });

  it('keeps the reason of a failed bootstrap to the end', async () => {
    const reason = { Code: 'BOOTSTRAP_FAILURE' as const, Message: 'script' };
    const { lifecycle, states } = make({ failure: () => ({ reason, details: [{ ErrorCode: 'X' }] }) });
    await pass(1000);
    expect(states).toEqual(['BOOTSTRAPPING', 'TERMINATING', 'TERMINATED_WITH_ERRORS']);
    expect([lifecycle.reason, lifecycle.details, lifecycle.readyAt]).toEqual([reason, [{ ErrorCode: 'X' }], undefined]);
  });

  it.each(['STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING'] as const)('is terminated in %s', async state => {
    const { lifecycle, states } = make();
    while (lifecycle.state !== state) {
      await pass(1);
    }
    states.length = 0;
    lifecycle.terminate({ Code: 'USER_REQUEST' });
    lifecycle.terminate({ Code: 'INTERNAL_ERROR' });
    await pass(10_000);
    expect(states).toEqual(['TERMINATING', 'TERMINATED']);
    expect(lifecycle.reason).toEqual({ Code: 'USER_REQUEST' });
    expect(lifecycle.endedAt).toBeDefined();
  });

  it('is not over before what ran on it has stopped', async () => {
    let stopped: () => void = () => undefined;
    const { lifecycle } = make({}, { shutDown: () => new Promise(resolve => (stopped = resolve)) });
    lifecycle.terminate({ Code: 'USER_REQUEST' });
    await pass(10_000);
    expect(lifecycle.state).toBe('TERMINATING');
    stopped();
    await pass(0);
    expect(lifecycle.state).toBe('TERMINATED');
  });

  it('ends by itself where it is not to be kept', async () => {
    const { lifecycle, states } = make({ keepAlive: false });
    await pass(1000);
    expect(states).toEqual(['BOOTSTRAPPING', 'RUNNING', 'TERMINATING', 'TERMINATED']);
    expect(lifecycle.reason.Code).toBe('ALL_STEPS_COMPLETED');
  });

  it('may be there already', async () => {
    const { lifecycle, states } = make({ existing: new Date(0) });
    await pass(1000);
    expect([lifecycle.state, lifecycle.up, states]).toEqual(['WAITING', true, []]);
    expect(lifecycle.readyAt!.getTime()).toBeGreaterThan(lifecycle.bootstrappingAt!.getTime());
  });
});
