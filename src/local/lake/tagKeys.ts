/** LF-Tags themselves: keys and the values that each may have. */
import type * as model from '@aws-sdk/client-lakeformation';

import { AwsError } from '../errors';
import { page } from '../paging';
import type { ICall, IService } from '../types';
import { required, type Asked } from './asked';
import type { AskedOf } from './lakeFormation';
import { hasOne, insufficient } from './permits';
import { invalid, notFound } from './store';

export function tagKeyOperations(asked: AskedOf): IService['operations'] {
  return {
    CreateLFTag: (input: model.CreateLFTagRequest, call: ICall) => {
      const ask = asked(input, call);
      const { catalog, permits } = ask;
      const creator = permits
        .grants(catalog)
        .some(({ resource, permissions }) => resource.Catalog && permissions.has('CREATE_LF_TAG'));
      if (!permits.isAdmin(catalog) && !creator) {
        throw insufficient('Catalog', 'Create LF-Tag');
      }
      const key = required('TagKey', input.TagKey).toLowerCase();
      if (catalog.tagKeys.has(key)) {
        throw new AwsError('EntityNotFoundException', `Tag key ${key} already exists.`); // the model has no other code
      }
      catalog.tagKeys.set(key, values(input.TagValues));
      catalog.grants.add(
        permits.arn,
        { LFTag: { TagKey: key, TagValues: ['*'] } },
        ['ALTER', 'DROP', 'DESCRIBE', 'ASSOCIATE'],
        ['DESCRIBE', 'ASSOCIATE'],
        permits.arn
      );
      return {};
    },
    GetLFTag: (input: model.GetLFTagRequest, call: ICall): model.GetLFTagResponse => {
      const ask = asked(input, call);
      return view(ask, known(ask, input.TagKey, 'DESCRIBE'));
    },
    ListLFTags: (input: model.ListLFTagsRequest, call: ICall): model.ListLFTagsResponse => {
      const ask = asked(input, call);
      const keys = [...ask.catalog.tagKeys.keys()].filter(key => ask.permits.tag(ask.catalog, key).has('DESCRIBE'));
      const { items, next } = page(keys, input.NextToken, input.MaxResults, ask.lake.pageSize, 'InvalidInputException');
      return { LFTags: items.map(key => view(ask, key)), ...(next ? { NextToken: next } : {}) };
    },
    UpdateLFTag: (input: model.UpdateLFTagRequest, call: ICall) => {
      const ask = asked(input, call);
      const key = known(ask, input.TagKey, 'ALTER');
      const gone = new Set(input.TagValuesToDelete?.map(value => value.toLowerCase()));
      const now = ask.catalog.tagKeys.get(key)!.filter(value => !gone.has(value));
      const added = values(input.TagValuesToAdd ?? []).filter(value => !now.includes(value));
      ask.catalog.tagKeys.set(key, [...now, ...added]);
      return {};
    },
    DeleteLFTag: (input: model.DeleteLFTagRequest, call: ICall) => {
      const ask = asked(input, call);
      const key = known(ask, input.TagKey, 'DROP');
      ask.catalog.tagKeys.delete(key);
      for (const database of ask.catalog.databases.values()) {
        database.tags.delete(key);
        for (const table of database.tables.values()) {
          table.tags.delete(key);
          table.columnTags.forEach(tags => tags.delete(key));
        }
      }
      ask.catalog.grants.forget(
        ({ LFTag, LFTagPolicy }) =>
          LFTag?.TagKey === key || LFTagPolicy?.Expression?.some(({ TagKey }) => TagKey === key) === true
      );
      return {};
    }
  };
}

/** @throws AwsError `EntityNotFoundException` for a key that is not there or not to be known */
export function known(
  { catalog, permits }: Asked,
  given: string | undefined,
  wanted: 'DESCRIBE' | 'ALTER' | 'DROP'
): string {
  const key = required('TagKey', given).toLowerCase();
  const permissions = permits.tag(catalog, key);
  if (!catalog.tagKeys.has(key) || permissions.size === 0) {
    throw notFound(`Tag key ${key}`);
  }
  if (!hasOne(permissions, wanted)) {
    throw insufficient(key, wanted[0] + wanted.slice(1).toLowerCase());
  }
  return key;
}

/** With the values that the caller may know of. */
function view({ catalog, permits }: Asked, key: string) {
  return {
    CatalogId: catalog.id,
    TagKey: key,
    TagValues: catalog.tagKeys.get(key)!.filter(value => permits.tag(catalog, key, value).has('DESCRIBE'))
  };
}

function values(given: readonly string[] | undefined): string[] {
  const found = [...new Set(given?.map(value => value.toLowerCase()))];
  if (given && given.length > 50) {
    throw invalid('At most 50 values at a time.');
  }
  return found;
}
