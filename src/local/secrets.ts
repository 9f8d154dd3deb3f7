/** Secrets Manager, as far as `%sm_analytics emr connect --secret` needs it. Secrets are made by CreateSecret. */
import { AwsError } from './errors';
import { ACCOUNT_ID } from './identity';
import { secret as makeSecret, uuid } from './ids';
import type { ICall, IService } from './types';

interface ISecret {
  arn: string;
  name: string;
  version: string;
  value: string;
  createdAt: Date;
}

/** Name of the secret that is there from the beginning: user and password of clusters whose Livy knows its users itself. */
export const LIVY_SECRET = 'emr/livy-user';

/** The user of {@link LIVY_SECRET}. */
export const LIVY_USER = { username: 'livy-user', password: makeSecret(24) };

export function makeSecretsManager(region: string): IService & { arnOf(id: string): string | undefined } {
  const secrets = new Map<string, ISecret>();
  const own = `arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:${LIVY_SECRET}-a1B2c3`;
  secrets.set(own, {
    arn: own,
    name: LIVY_SECRET,
    version: uuid(),
    value: JSON.stringify(LIVY_USER),
    createdAt: new Date('2026-03-02T07:00:00Z')
  });
  const find = (id: string) => {
    const secret = [...secrets.values()].find(({ arn, name }) => arn === id || name === id);
    if (!secret) {
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    }
    return secret;
  };
  return {
    name: 'secretsmanager',
    arnOf: id => [...secrets.values()].find(({ arn, name }) => arn === id || name === id)?.arn,
    operations: {
      CreateSecret: (input: { Name: string; SecretString?: string }, { region }: ICall) => {
        if (!input.Name) {
          throw new AwsError('InvalidParameterException', 'You must provide a name for the secret.');
        }
        if ([...secrets.values()].some(({ name }) => name === input.Name)) {
          throw new AwsError(
            'ResourceExistsException',
            `The operation failed because the secret ${input.Name} already exists.`
          );
        }
        const arn = `arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:${input.Name}-${uuid().slice(0, 6)}`;
        const secret = {
          arn,
          name: input.Name,
          version: uuid(),
          value: input.SecretString ?? '',
          createdAt: new Date()
        };
        secrets.set(arn, secret);
        return { ARN: arn, Name: secret.name, VersionId: secret.version };
      },
      GetSecretValue: (input: { SecretId: string }) => {
        const secret = find(input.SecretId);
        return {
          ARN: secret.arn,
          Name: secret.name,
          VersionId: secret.version,
          SecretString: secret.value,
          VersionStages: ['AWSCURRENT'],
          CreatedDate: secret.createdAt
        };
      }
    }
  };
}
