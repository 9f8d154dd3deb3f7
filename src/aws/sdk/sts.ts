/** The parts of the STS SDK that we use; loaded on first use, so that a kernel starts without it. */
export { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
