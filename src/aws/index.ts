/** AWS, one file per service. The SDK itself is loaded at the first request. */
export * from './client';
export * from './context';
export * from './credentials';
export * from './emr';
export * from './emrKerberos';
export * from './emrLivy';
export * from './emrServerless';
export * from './emrUi';
export * from './errors';
export * from './iam';
export * from './poll';
export * from './secrets';
export * from './serviceCatalog';
