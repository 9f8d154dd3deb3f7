/** Administrators of a data lake, and the locations whose data it gives out. */
import type * as model from '@aws-sdk/client-lakeformation';

import { page } from '../paging';
import type { ICall, IService } from '../types';
import { required, type Asked } from './asked';
import type { AskedOf } from './lakeFormation';
import { insufficient } from './permits';
import { notFound, type Catalog } from './store';

export function settingsOperations(asked: AskedOf): IService['operations'] {
  return {
    GetDataLakeSettings: (input: model.GetDataLakeSettingsRequest, call: ICall): model.GetDataLakeSettingsResponse => ({
      DataLakeSettings: asked(input, call).catalog.settings
    }),
    PutDataLakeSettings: (input: model.PutDataLakeSettingsRequest, call: ICall) => {
      const { catalog } = asked(input, call);
      // IAM decides here, in the account's own catalogue: that is how the first administrator comes about.
      if (catalog.id !== call.caller.accountId) {
        throw insufficient('Catalog');
      }
      catalog.settings = { ...catalog.settings, ...input.DataLakeSettings };
      return {};
    },
    RegisterResource: (input: model.RegisterResourceRequest, call: ICall) => {
      const catalog = administrated(asked({}, call));
      const role = `arn:aws:iam::${catalog.id}:role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess`;
      catalog.locations.set(required('ResourceArn', input.ResourceArn), input.RoleArn ?? role);
      return {};
    },
    DeregisterResource: (input: model.DeregisterResourceRequest, call: ICall) => {
      if (!administrated(asked({}, call)).locations.delete(input.ResourceArn!)) {
        throw notFound(`Resource ${input.ResourceArn}`);
      }
      return {};
    },
    DescribeResource: (input: model.DescribeResourceRequest, call: ICall): model.DescribeResourceResponse => {
      const { catalog } = asked({}, call);
      const RoleArn = catalog.locations.get(input.ResourceArn!);
      if (RoleArn === undefined) {
        throw notFound(`Resource ${input.ResourceArn}`);
      }
      return { ResourceInfo: { ResourceArn: input.ResourceArn, RoleArn } };
    },
    ListResources: (input: model.ListResourcesRequest, call: ICall): model.ListResourcesResponse => {
      const { catalog, lake } = asked({}, call);
      const all = [...catalog.locations].map(([ResourceArn, RoleArn]) => ({ ResourceArn, RoleArn }));
      const { items, next } = page(all, input.NextToken, input.MaxResults, lake.pageSize, 'InvalidInputException');
      return { ResourceInfoList: items, ...(next ? { NextToken: next } : {}) };
    }
  };
}

/** @throws AwsError `AccessDeniedException` unless the caller administers the catalogue */
export function administrated({ catalog, permits }: Asked): Catalog {
  if (!permits.isAdmin(catalog)) {
    throw insufficient('Catalog', 'data lake administrator');
  }
  return catalog;
}
