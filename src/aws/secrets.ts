/** User name and password that a site keeps in Secrets Manager. They are for the caller's memory only. */
import { EmrError } from '../protocol';
import { ask } from './client';
import type { IAwsContext } from './context';

const FORM = 'It has to hold a JSON object: {"username": "…", "password": "…"}.';

/** Whether this reads as the ARN of a secret; its region, where it does. */
export function secretRegion(id: string): string | undefined {
  return /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):\d{12}:secret:./.exec(id)?.[1];
}

/**
 * The user name and password in a secret.
 *
 * @param context - who asks; an ARN is asked for in its own region
 * @param id - name or ARN of the secret
 * @throws EmrError `SecretNotFound`, `BadSecret` (never with what is in it), or an AWS error that names the permission
 */
export async function secretPair(
  context: IAwsContext,
  id: string,
  signal?: AbortSignal
): Promise<{ username: string; password: string }> {
  const region = secretRegion(id);
  const action = { does: `read the secret ${id}`, iam: 'secretsmanager:GetSecretValue', resource: id };
  const text = await ask(
    'secrets-manager',
    region ? { ...context, region } : context,
    action,
    async config => new (await import('./sdk/secretsManager')).SecretsManagerClient(config),
    async client => {
      const { GetSecretValueCommand } = await import('./sdk/secretsManager');
      return (await client.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal: signal })).SecretString;
    }
  ).catch((error: unknown) => {
    throw told(error, id);
  });
  return readPair(text, id);
}

function told(error: unknown, id: string): unknown {
  if (error instanceof EmrError && error.code === 'ResourceNotFoundException') {
    return new EmrError({
      code: 'SecretNotFound',
      hop: 'secrets-manager',
      message: `There is no secret "${id}" in this account and region.`,
      fix: 'Name it by its ARN, or name its region with --region.'
    });
  }
  if (
    error instanceof EmrError &&
    error.detail?.includes('KMS') === true &&
    /denied|not allowed/i.test(error.detail ?? '')
  ) {
    return new EmrError({
      ...error.toJSON(),
      fix: `Ask the platform team to allow kms:Decrypt on the key that encrypts ${id}.`
    });
  }
  return error;
}

/** @throws EmrError `BadSecret`: what the parser of JSON says would repeat the secret, so it is left out */
function readPair(text: string | undefined, id: string): { username: string; password: string } {
  const bad = (why: string): EmrError =>
    new EmrError({
      code: 'BadSecret',
      hop: 'secrets-manager',
      message: `The secret ${id} cannot be used: ${why}.`,
      fix: FORM
    });
  if (text === undefined) {
    throw bad('it is binary');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad('it is not a JSON object');
  }
  const { username, password } = value as Record<string, unknown>;
  for (const [key, member] of Object.entries({ username, password })) {
    if (typeof member !== 'string' || member === '') {
      throw bad(member === undefined ? `it has no "${key}"` : `its "${key}" is not a text`);
    }
  }
  return { username: username as string, password: password as string };
}
