/** The generated policies through a real evaluation: enough, not more, and nothing in them for nothing. */
import type { IPolicyDocument } from '../document';
import { roleDocuments } from '../document';
import { planRole } from '../plan';
import { CASES, PLACE } from './pipelines';
import { denied, isAllowed } from './simulate';

// Thousands of evaluations a test: a busy machine needs its time for them.
jest.setTimeout(120_000);

/** The policy, with one statement changed. */
function changed(policy: IPolicyDocument, at: number, change: object): IPolicyDocument[] {
  return [{ ...policy, Statement: policy.Statement.map((one, index) => (index === at ? { ...one, ...change } : one)) }];
}

describe.each(CASES.map(one => [one.pipeline.name, one] as const))('%s', (_name, { pipeline, made, neighbours }) => {
  const { inline, managed } = roleDocuments(planRole(pipeline, PLACE));
  const without = (list: string[], item: string): string[] => list.filter(other => other !== item);

  it('is allowed all that its run does', async () => {
    expect(managed).toEqual([]);
    expect(await denied([inline], made)).toEqual([]);
  });

  it('is denied what lies beside', async () => {
    const refused = await denied([inline], neighbours);
    expect(neighbours.filter(access => !refused.includes(access))).toEqual([]);
  });

  it('needs every action of every statement, and each for itself', async () => {
    for (const [at, { Action, Sid }] of inline.Statement.entries()) {
      for (const action of Action) {
        const less = without(Action as string[], action);
        const policy: IPolicyDocument[] = less.length
          ? changed(inline, at, { Action: less })
          : [{ ...inline, Statement: inline.Statement.filter((_statement, index) => index !== at) }];
        const lost = await denied(policy, made);
        expect([Sid, action, new Set(lost.map(access => access.action))]).toEqual([Sid, action, new Set([action])]);
      }
    }
  });

  it('needs every resource of every statement', async () => {
    for (const [at, { Resource, Sid }] of inline.Statement.entries()) {
      for (const resource of (Resource as string[]).length > 1 ? Resource! : []) {
        const lost = await denied(changed(inline, at, { Resource: without(Resource as string[], resource) }), made);
        expect([Sid, resource, lost.length > 0]).toEqual([Sid, resource, true]);
      }
    }
  });

  it('needs every condition: without it something beside is allowed', async () => {
    for (const [at, { Condition, Sid }] of inline.Statement.entries()) {
      if (Condition) {
        const policy = structuredClone(inline);
        delete policy.Statement[at].Condition;
        const open = await Promise.all(neighbours.map(access => isAllowed([policy], access)));
        expect([Sid, open.includes(true)]).toEqual([Sid, true]);
      }
    }
  });
});
