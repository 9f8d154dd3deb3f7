import type { ILife } from '../timeline';
import { timeline } from '../timeline';

const T = (second: number) => second * 1000;

/** `id:status(seconds)` of each phase. */
function told(life: Partial<ILife> & Pick<ILife, 'state'>): string {
  return timeline({ observed: {}, failed: false, ...life })
    .map(phase => {
      const start = phase.startedAt === undefined ? '?' : Date.parse(phase.startedAt) / 1000;
      const end = phase.endedAt === undefined ? '?' : Date.parse(phase.endedAt) / 1000;
      return `${phase.id}:${phase.status}(${start}-${end})`;
    })
    .join(' ');
}

describe('timeline', () => {
  it('begins with the request', () => {
    expect(told({ state: 'REQUESTED', requestedAt: T(1) })).toBe(
      'requested:active(1-?) starting:pending(?-?) bootstrapping:pending(?-?) running:pending(?-?) ready:pending(?-?)'
    );
  });

  it('knows how long each phase took that was seen', () => {
    expect(
      told({
        state: 'WAITING',
        requestedAt: T(1),
        createdAt: T(5),
        readyAt: T(60),
        observed: { BOOTSTRAPPING: T(20), RUNNING: T(50), WAITING: T(61) }
      })
    ).toBe('requested:done(1-5) starting:done(5-20) bootstrapping:done(20-50) running:done(50-60) ready:done(60-?)');
  });

  it('does not make up times that nobody saw', () => {
    expect(told({ state: 'WAITING', createdAt: T(5), readyAt: T(60) })).toBe(
      'starting:done(5-60) bootstrapping:done(?-60) ready:done(60-?)'
    );
  });

  it('does not take a later step for the start-up', () => {
    expect(told({ state: 'RUNNING', createdAt: T(5), readyAt: T(60), observed: { RUNNING: T(99) } })).toBe(
      'starting:done(5-60) bootstrapping:done(?-60) ready:done(60-?)'
    );
  });

  it('shows in which phase it failed, seen or not', () => {
    expect(
      told({
        state: 'FAILED',
        failed: true,
        requestedAt: T(1),
        createdAt: T(5),
        endedAt: T(40),
        reasonCode: 'BOOTSTRAP_FAILURE'
      })
    ).toBe('requested:done(1-5) starting:done(5-40) bootstrapping:failed(?-40)');
    expect(told({ state: 'FAILED', failed: true, requestedAt: T(1) })).toBe('requested:failed(1-?)');
    expect(
      told({
        state: 'TERMINATED_WITH_ERRORS',
        failed: true,
        createdAt: T(5),
        endedAt: T(40),
        observed: { BOOTSTRAPPING: T(9) }
      })
    ).toBe('starting:done(5-9) bootstrapping:failed(9-40) terminating:done(?-40) terminated:done(40-?)');
  });

  it('ends with the teardown', () => {
    const life = { createdAt: T(5), readyAt: T(60) };
    expect(told({ ...life, state: 'TERMINATING', terminateAt: T(90) })).toContain(
      'ready:done(60-90) terminating:active(90-?) terminated:pending(?-?)'
    );
    expect(told({ ...life, state: 'TERMINATED', observed: { TERMINATING: T(91) }, endedAt: T(99) })).toContain(
      'ready:done(60-91) terminating:done(91-99) terminated:done(99-?)'
    );
  });

  it('never lets a phase end before it began, whatever the clocks say', () => {
    expect(told({ state: 'BOOTSTRAPPING', createdAt: T(50), observed: { BOOTSTRAPPING: T(20) } })).toContain(
      'starting:done(50-50)'
    );
  });
});
