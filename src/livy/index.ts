/** Client of Livy's REST API. Knows no AWS, no Jupyter. */
export * from './client';
export * from './errors';
export { SESSION_FIELDS, fieldProblem, knownFields, versionNumber } from './fields';
export { FRESH_CREDENTIALS_MS, RETRY_LIMIT_MS, wait } from './http';
export type { IHttpOptions, IRetryNote } from './http';
export { parseJson } from './json';
export type { Looks } from './looks';
export { krb5Conf, makeNegotiation } from './kerberos';
export type { IKerberosSite } from './kerberos';
export { CurlNegotiation } from './negotiate';
export type { INegotiateOptions, INegotiation } from './negotiate';
export * from './poll';
export { trustContext } from './tls';
export { SigV4Signer } from './sigv4';
export type { IAwsKeys, IKeySource, ISigV4Options, ISigner } from './sigv4';
export * from './types';
export * from './yarn';
