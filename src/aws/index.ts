/** AWS, one file per service. The SDK itself is loaded at the first request. */
export * from './client';
export * from './context';
export * from './credentials';
export * from './emr';
export * from './emrKerberos';
export * from './emrLivy';
export * from './emrServerless';
export * from './emrServerlessJobs';
export * from './emrUi';
export * from './errors';
export * from './iam';
export * from './iamRoles';
export * from './poll';
export * from './s3';
export * from './scheduler';
export * from './secrets';
export * from './serviceCatalog';
