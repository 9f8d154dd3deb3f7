/** The credential providers that we use; loaded on first use, so that a kernel starts without them. */
export { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
