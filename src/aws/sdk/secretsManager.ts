/** The parts of the Secrets Manager SDK that we use; loaded on first use, so that a kernel starts without it. */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
