/** What an administrator of EMR sets for the account: security configurations, who may be reached from outside. */
import * as model from '@aws-sdk/client-emr';

import type { Guard } from '../access/guard';
import { AwsError } from '../errors';
import type { ICall, InputSchema, Operations } from '../types';
import { SECURITY_CONFIGURATIONS, findSecurityConfiguration } from './security';

/** Their inputs. */
export const ACCOUNT_INPUTS: Record<string, InputSchema> = {
  CreateSecurityConfiguration: model.CreateSecurityConfigurationInput$,
  DeleteSecurityConfiguration: model.DeleteSecurityConfigurationInput$,
  GetBlockPublicAccessConfiguration: model.GetBlockPublicAccessConfigurationInput$,
  PutBlockPublicAccessConfiguration: model.PutBlockPublicAccessConfigurationInput$
};

/** AWS's default: no cluster whose security groups let everybody in, but for SSH. */
const BLOCKED: model.BlockPublicAccessConfiguration = {
  BlockPublicSecurityGroupRules: true,
  PermittedPublicSecurityGroupRuleRanges: [{ MinRange: 22, MaxRange: 22 }]
};

/** The settings are a region's. */
export function accountOperations(guard: Guard): Operations {
  const settings = new Map<string, Required<model.GetBlockPublicAccessConfigurationOutput>>();
  const allow = (operation: string, call: ICall) => guard.require(call.caller, `elasticmapreduce:${operation}`, '*');
  return {
    CreateSecurityConfiguration: async (
      input: model.CreateSecurityConfigurationInput,
      call: ICall
    ): Promise<model.CreateSecurityConfigurationOutput> => {
      await allow('CreateSecurityConfiguration', call);
      if (SECURITY_CONFIGURATIONS.some(({ name }) => name === input.Name)) {
        throw new AwsError(
          'InvalidRequestException',
          `Security configuration with name '${input.Name}' already exists.`
        );
      }
      const createdAt = new Date();
      SECURITY_CONFIGURATIONS.push({ name: input.Name!, createdAt, body: parse(input.SecurityConfiguration!) });
      return { Name: input.Name, CreationDateTime: createdAt };
    },
    DeleteSecurityConfiguration: async (input: model.DeleteSecurityConfigurationInput, call: ICall) => {
      await allow('DeleteSecurityConfiguration', call);
      SECURITY_CONFIGURATIONS.splice(SECURITY_CONFIGURATIONS.indexOf(findSecurityConfiguration(input.Name!)), 1);
      return {};
    },
    GetBlockPublicAccessConfiguration: async (
      _input: object,
      call: ICall
    ): Promise<model.GetBlockPublicAccessConfigurationOutput> => {
      await allow('GetBlockPublicAccessConfiguration', call);
      return (
        settings.get(call.region) ?? {
          BlockPublicAccessConfiguration: BLOCKED,
          BlockPublicAccessConfigurationMetadata: {
            CreationDateTime: new Date('2024-01-01T00:00:00Z'),
            CreatedByArn: `arn:aws:iam::${call.caller.accountId}:root`
          }
        }
      );
    },
    PutBlockPublicAccessConfiguration: async (input: model.PutBlockPublicAccessConfigurationInput, call: ICall) => {
      await allow('PutBlockPublicAccessConfiguration', call);
      settings.set(call.region, {
        BlockPublicAccessConfiguration: input.BlockPublicAccessConfiguration!,
        BlockPublicAccessConfigurationMetadata: { CreationDateTime: new Date(), CreatedByArn: call.caller.arn }
      });
      return {};
    }
  };
}

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new AwsError('InvalidRequestException', 'The security configuration is not valid JSON.');
  }
}
