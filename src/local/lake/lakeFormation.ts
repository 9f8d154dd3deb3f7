/** Lake Formation: LF-Tags, searches by them, grants, administrators, locations and the keys to their data. */
import * as model from '@aws-sdk/client-lakeformation';

import type { Guard } from '../access/guard';
import { inputOf, type OperationSchema } from '../protocols/restJson';
import type { ICall, IService } from '../types';
import { Asked, guardedByIam } from './asked';
import { dataAccess, type Vend } from './dataAccess';
import { grantOperations } from './grantOperations';
import { settingsOperations } from './settings';
import type { Lake } from './store';
import { tagKeyOperations } from './tagKeys';
import { tagOperations } from './tagOperations';

/** Its operations, with where their inputs stand in a request. */
export const LAKE_FORMATION_SCHEMAS: Record<string, OperationSchema> = {
  GetDataLakeSettings: model.GetDataLakeSettings$,
  PutDataLakeSettings: model.PutDataLakeSettings$,
  CreateLFTag: model.CreateLFTag$,
  GetLFTag: model.GetLFTag$,
  UpdateLFTag: model.UpdateLFTag$,
  DeleteLFTag: model.DeleteLFTag$,
  ListLFTags: model.ListLFTags$,
  AddLFTagsToResource: model.AddLFTagsToResource$,
  RemoveLFTagsFromResource: model.RemoveLFTagsFromResource$,
  GetResourceLFTags: model.GetResourceLFTags$,
  SearchDatabasesByLFTags: model.SearchDatabasesByLFTags$,
  SearchTablesByLFTags: model.SearchTablesByLFTags$,
  GrantPermissions: model.GrantPermissions$,
  RevokePermissions: model.RevokePermissions$,
  BatchGrantPermissions: model.BatchGrantPermissions$,
  BatchRevokePermissions: model.BatchRevokePermissions$,
  ListPermissions: model.ListPermissions$,
  RegisterResource: model.RegisterResource$,
  DeregisterResource: model.DeregisterResource$,
  DescribeResource: model.DescribeResource$,
  ListResources: model.ListResources$,
  GetTemporaryGlueTableCredentials: model.GetTemporaryGlueTableCredentials$
};

export type AskedOf = (input: { CatalogId?: string }, call: ICall) => Asked;

/** @param vend - keys to the data of a table, for a caller */
export function makeLakeFormation(lakeOf: (region: string) => Lake, guard: Guard, vend: Vend): IService {
  const asked: AskedOf = (input, call) => new Asked(lakeOf(call.region), call, input.CatalogId);
  return {
    name: 'lakeformation',
    inputs: Object.fromEntries(Object.entries(LAKE_FORMATION_SCHEMAS).map(([name, schema]) => [name, inputOf(schema)])),
    operations: guardedByIam(guard, 'lakeformation', {
      ...settingsOperations(asked),
      ...tagKeyOperations(asked),
      ...tagOperations(asked),
      ...grantOperations(asked),
      ...dataAccess(asked, vend)
    })
  };
}
