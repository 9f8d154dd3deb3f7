import { accessOf, remembered } from './access';
import { connectLine } from './binding';

import type { INotebookBinding } from '../../protocol';
import type { IStored } from '../connect/start';
import type { IBindRequest, IOffer } from '../types';

/** The request that binds a notebook again as it was bound: as this host remembers it, else as the notebook says. */
export function requestOf(
  { binding, notebookPath }: Pick<IOffer, 'binding' | 'notebookPath'>,
  env: NodeJS.ProcessEnv
): IBindRequest {
  return {
    ...(remembered(binding, env) ?? {
      ...(binding.clusterId ? { clusterId: binding.clusterId } : {}),
      ...(binding.applicationId ? { applicationId: binding.applicationId } : {}),
      ...(binding.region ? { region: binding.region } : {}),
      ...(binding.runtimeRole ? { runtimeRole: binding.runtimeRole } : {}),
      ...accessOf(binding)
    }),
    ...(binding.keep ? { keep: true } : {}),
    ...(notebookPath ? { notebookPath } : {})
  };
}

/** Why nobody looks for the session of a notebook that names a secret, role, profile or file of this host. */
export function untriedText(binding: INotebookBinding): string {
  return `This notebook was bound elsewhere, by what it names of this host: ${connectLine(binding)} takes it up, and %emr connect alone means the same.`;
}

/** The session that the notebook had, where a request means the same cluster and role. */
export function storedFor(binding: INotebookBinding | undefined, request: IBindRequest): IStored | undefined {
  if (
    !binding?.sessionName ||
    binding.clusterId !== request.clusterId ||
    (binding.applicationId === undefined) !== (request.applicationId === undefined)
  ) {
    return undefined;
  }
  const { sessionName: name, statement, statementCell, keep, runtimeRole } = binding;
  if (request.runtimeRole !== undefined && runtimeRole !== undefined && request.runtimeRole !== runtimeRole) {
    return undefined;
  }
  return {
    name,
    ...(binding.applicationId === undefined ? {} : { applicationId: binding.applicationId }),
    ...(statement === undefined ? {} : { statement }),
    ...(statementCell === undefined ? {} : { statementCell }),
    ...(keep === undefined ? {} : { keep })
  };
}

/** The same offer without its session: it was looked for, once is enough. */
export function withoutSession(offer: IOffer): IOffer {
  const binding = { ...offer.binding };
  delete binding.sessionName;
  delete binding.statement;
  delete binding.statementCell;
  return { ...offer, binding };
}
