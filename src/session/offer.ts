import type { INotebookBinding } from '../protocol';
import type { IStored } from './start';
import type { IBindRequest, IOffer } from './types';

/** The request that binds a notebook again as it was bound. */
export function requestOf({ binding, notebookPath }: IOffer): IBindRequest {
  return {
    clusterId: binding.clusterId,
    region: binding.region,
    ...(binding.runtimeRole ? { runtimeRole: binding.runtimeRole } : {}),
    ...(binding.keep ? { keep: true } : {}),
    ...(notebookPath ? { notebookPath } : {})
  };
}

/** The session that the notebook had, where a request means the same cluster and role. */
export function storedFor(binding: INotebookBinding | undefined, request: IBindRequest): IStored | undefined {
  if (!binding?.sessionName || binding.clusterId !== request.clusterId) {
    return undefined;
  }
  const { sessionName: name, statement, statementCell, keep, runtimeRole } = binding;
  if (request.runtimeRole !== undefined && runtimeRole !== undefined && request.runtimeRole !== runtimeRole) {
    return undefined;
  }
  return {
    name,
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
