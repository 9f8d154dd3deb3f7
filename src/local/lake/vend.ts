/** Keys to data, as Lake Formation gives them to an engine. */
import type { IPolicyDocument } from '../access/types';
import { asList } from '../access/types';
import type { Identities } from '../identity';
import type { Vend } from './dataAccess';

/**
 * An engine keeps one pair of keys for all that it reads, so each new one also opens what the session was given before.
 */
export function vendKeys(identities: Identities): Vend {
  const given = new Map<string, Map<string, IPolicyDocument>>();
  return (caller, policy, seconds) => {
    const own = given.get(caller.accessKeyId) ?? new Map<string, IPolicyDocument>();
    given.set(caller.accessKeyId, own);
    own.set(JSON.stringify(policy), policy);
    const { accessKeyId: _, ...who } = caller;
    const Statement = [...own.values()].flatMap(one => asList(one.Statement));
    return identities.addSession({ ...who, onlyPolicy: { Version: '2012-10-17', Statement } }, seconds);
  };
}
