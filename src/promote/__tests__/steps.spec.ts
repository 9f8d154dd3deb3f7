import { EmrError } from '../../protocol';
import { Steps } from '../steps';

const NAMES = [
  ['a', 'First'],
  ['b', 'Second']
] as const;

describe('steps', () => {
  it('are told at each change, and taken back in reverse', async () => {
    const told: string[] = [];
    const undone: string[] = [];
    const steps = new Steps(NAMES, all => told.push(all.map(({ status }) => status).join(' ')));
    for (const [id] of NAMES) {
      await steps.run(id, () =>
        Promise.resolve({ status: 'created', value: id, undo: () => Promise.resolve(void undone.push(id)) })
      );
    }
    expect(told).toEqual(['active pending', 'created pending', 'created active', 'created created']);
    await steps.undo();
    expect(undone).toEqual(['b', 'a']);
    expect(steps.list.map(({ status }) => status)).toEqual(['removed', 'removed']);
  });

  it('say what could not be taken back, and go on with the rest', async () => {
    const undone: string[] = [];
    const steps = new Steps(NAMES);
    await steps.run('a', () =>
      Promise.resolve({ status: 'created', value: 1, undo: () => Promise.resolve(void undone.push('a')) })
    );
    await steps.run('b', () =>
      Promise.resolve({
        status: 'created',
        value: 2,
        undo: () => Promise.reject(new EmrError({ code: 'X', hop: 'iam', message: 'no' }))
      })
    );
    await steps.undo();
    expect(undone).toEqual(['a']);
    expect(steps.list[1]).toMatchObject({ status: 'failed', error: { code: 'X' } });
  });

  it('have the error of the one that failed', async () => {
    const steps = new Steps(NAMES);
    const work = () => Promise.reject(new EmrError({ code: 'Y', hop: 's3', message: 'full' }));
    await expect(steps.run('a', work)).rejects.toThrow('full');
    expect(steps.list.map(({ status }) => status)).toEqual(['failed', 'pending']);
    expect(steps.list[0].error?.code).toBe('Y');
  });
});
