import { readRecords } from './records';

import type { INotebookBinding } from '../../protocol';
import type { IBindRequest, IOffer } from '../types';

/** How one is admitted to a cluster, as the notebook stores it: names and numbers of things, none of them a secret. */
const STORED = ['authType', 'secret', 'assumeRole', 'profile', 'caBundle'] as const;
/** What only this host's word is good for: a notebook may have come from anybody, and turns no verification off. */
const OWN_WORD = ['verifyCertificate', 'overrideKrb5Conf'] as const;
/** What this host remembers. */
const REMEMBERED = ['clusterId', 'applicationId', 'region', 'runtimeRole', ...STORED, ...OWN_WORD] as const;

/** The way in, of a request or a stored binding. */
export type Access = Pick<INotebookBinding, (typeof STORED)[number]>;
/** All that binds again as it was bound; no secret. */
export type Remembered = Pick<IBindRequest, (typeof REMEMBERED)[number]>;

/** The way in that a request or binding names. */
export function accessOf(from: Access): Access {
  return pick(from, STORED);
}

/** What this host shall remember of a request, in the record of its session. */
export function rememberable(request: IBindRequest): Remembered {
  return pick(request, REMEMBERED);
}

/** How this host bound the session that a notebook names, where it did, and by the same words. */
export function remembered(binding: INotebookBinding, env: NodeJS.ProcessEnv): Remembered | undefined {
  const { sessionName } = binding;
  if (sessionName === undefined) {
    return undefined;
  }
  return readRecords(env)
    .filter(record => record.name === sessionName)
    .map(record => record.request)
    .find(request => request && sameWords(request, binding));
}

/**
 * Whether a notebook names a secret, role, profile or file of this host that this host did not bind its session with:
 * it may have come from anybody, so that a person has to ask for them.
 */
export function isUntried({ binding }: Pick<IOffer, 'binding'>, env: NodeJS.ProcessEnv): boolean {
  const { authType: _, ...reaching } = accessOf(binding);
  return Object.keys(reaching).length > 0 && remembered(binding, env) === undefined;
}

/** A request that only names the cluster and role that one was bound to means the way in as it was, too. */
export function asBefore<T extends IBindRequest>(request: T, before: Remembered | undefined): T {
  const same =
    before !== undefined &&
    request.authType === undefined &&
    request.secret === undefined &&
    before.clusterId === request.clusterId &&
    before.applicationId === request.applicationId &&
    before.runtimeRole === request.runtimeRole &&
    (!request.region || !before.region || request.region === before.region);
  return same ? { ...accessOf(before), ...pick(before, OWN_WORD), ...request } : request;
}

function sameWords(request: Remembered, binding: INotebookBinding): boolean {
  const words = (from: Remembered): string =>
    JSON.stringify([from.clusterId, from.applicationId, STORED.map(key => from[key])]);
  const role = binding.runtimeRole === undefined || request.runtimeRole === undefined;
  return words(request) === words(binding) && (role || binding.runtimeRole === request.runtimeRole);
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    keys.filter(key => from[key] !== undefined && from[key] !== '').map(key => [key, from[key]])
  ) as unknown as Pick<T, K>;
}
