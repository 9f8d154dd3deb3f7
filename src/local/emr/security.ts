/** The account's EMR security configurations. */
import { AwsError } from '../errors';

export const RUNTIME_ROLES_ON = 'emr-runtime-roles';
export const RUNTIME_ROLES_OFF = 'emr-encryption-only';

const ENCRYPTION = { EnableInTransitEncryption: true, EnableAtRestEncryption: true };

export interface ISecurityConfiguration {
  name: string;
  createdAt: Date;
  body: object;
}

export const SECURITY_CONFIGURATIONS: ISecurityConfiguration[] = [
  {
    name: RUNTIME_ROLES_ON,
    createdAt: new Date('2026-02-11T09:14:05Z'),
    body: {
      AuthorizationConfiguration: {
        IAMConfiguration: {
          EnableApplicationScopedIAMRole: true,
          ApplicationScopedIAMRoleConfiguration: { PropagateSourceIdentity: true }
        },
        LakeFormationConfiguration: { AuthorizedSessionTagValue: 'Amazon EMR' }
      },
      EncryptionConfiguration: ENCRYPTION
    }
  },
  {
    name: RUNTIME_ROLES_OFF,
    createdAt: new Date('2025-10-02T15:40:31Z'),
    body: { EncryptionConfiguration: ENCRYPTION }
  },
  { name: 'emr-empty', createdAt: new Date('2024-06-20T08:00:00Z'), body: {} }
];

/** @throws AwsError `InvalidRequestException` for a name that is not there */
export function findSecurityConfiguration(name: string): ISecurityConfiguration {
  const found = SECURITY_CONFIGURATIONS.find(configuration => configuration.name === name);
  if (!found) {
    throw new AwsError('InvalidRequestException', `Security configuration with name '${name}' does not exist.`);
  }
  return found;
}

/** Whether sessions run as runtime roles under it. */
export function hasRuntimeRoles(name: string | undefined): boolean {
  const body = SECURITY_CONFIGURATIONS.find(configuration => configuration.name === name)?.body as
    { AuthorizationConfiguration?: { IAMConfiguration?: { EnableApplicationScopedIAMRole?: boolean } } } | undefined;
  return body?.AuthorizationConfiguration?.IAMConfiguration?.EnableApplicationScopedIAMRole === true;
}
