/** The parts of the IAM SDK that we use; loaded on first use, so that a kernel starts without it. */
export { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
