/** Filters, access levels and sorting of Service Catalog's lists. */
import type {
  AccessLevelFilter,
  SearchProductsInput,
  SearchProvisionedProductsInput
} from '@aws-sdk/client-service-catalog';

import type { ICaller } from '../types';
import { invalid } from './lookup';
import type { IProduct, IProvisioned } from './types';
import { userArn, viewAttributes } from './views';

const PRODUCT_FILTERS: Record<string, (product: IProduct) => string> = {
  FullTextSearch: ({ name, description, owner, distributor }) => [name, description, owner, distributor].join(' '),
  Owner: ({ owner }) => owner,
  ProductType: () => 'CLOUD_FORMATION_TEMPLATE',
  SourceProductId: ({ id }) => id
};

export function searchProducts(products: readonly IProduct[], input: SearchProductsInput): IProduct[] {
  const filters = Object.entries(input.Filters ?? {}).map(([key, values]) => {
    const read = PRODUCT_FILTERS[key];
    if (!read) {
      throw invalid(`The filter ${key} is not valid.`);
    }
    return (product: IProduct) =>
      (values ?? []).some(value =>
        key === 'FullTextSearch' ? read(product).toLowerCase().includes(value.toLowerCase()) : read(product) === value
      );
  });
  const found = products.filter(product => filters.every(filter => filter(product)));
  const by = {
    Title: (a: IProduct, b: IProduct) => a.name.localeCompare(b.name),
    VersionCount: (a: IProduct, b: IProduct) => a.artifacts.length - b.artifacts.length,
    CreationDate: (a: IProduct, b: IProduct) => oldest(a) - oldest(b)
  };
  if (input.SortBy) {
    found.sort(by[input.SortBy]);
  }
  return input.SortOrder === 'DESCENDING' ? found.reverse() : found;
}

/** Whose things one sees. Without a filter one's own. */
export function accessFilter(filter: AccessLevelFilter | undefined, caller: ICaller): (owner: ICaller) => boolean {
  const { Key = 'User', Value = 'self' } = filter ?? {};
  if (Value !== 'self') {
    throw invalid(`The access level filter's value '${Value}' is not valid: only 'self' is.`);
  }
  switch (Key) {
    case 'Account':
      return owner => owner.accountId === caller.accountId;
    case 'Role':
      return owner => userArn(owner.arn) === userArn(caller.arn);
    case 'User':
      return owner => owner.arn === caller.arn;
    default:
      throw invalid(`The access level filter's key '${String(Key)}' is not valid.`);
  }
}

/** `SearchQuery` terms as Service Catalog writes them: attributes in their lower-camel form. */
const ATTRIBUTES: Record<string, keyof ReturnType<typeof viewAttributes>> = {
  arn: 'Arn',
  createdTime: 'CreatedTime',
  id: 'Id',
  idempotencyToken: 'IdempotencyToken',
  lastRecordId: 'LastRecordId',
  lastProvisioningRecordId: 'LastProvisioningRecordId',
  lastSuccessfulProvisioningRecordId: 'LastSuccessfulProvisioningRecordId',
  name: 'Name',
  physicalId: 'PhysicalId',
  productId: 'ProductId',
  productName: 'ProductName',
  provisioningArtifactId: 'ProvisioningArtifactId',
  provisioningArtifactName: 'ProvisioningArtifactName',
  status: 'Status',
  tags: 'Tags',
  type: 'Type',
  userArn: 'UserArn',
  userArnSession: 'UserArnSession'
};
const SORT = ['arn', 'createdTime', 'id', 'lastRecordId', 'name'];

export function searchProvisioned(all: IProvisioned[], input: SearchProvisionedProductsInput): IProvisioned[] {
  const { Filters = {}, SortBy, SortOrder } = input;
  const key = Object.keys(Filters).find(name => name !== 'SearchQuery');
  if (key !== undefined) {
    throw invalid(`The filter ${key} is not valid: only SearchQuery is.`);
  }
  const terms = Filters['SearchQuery' as keyof typeof Filters] ?? [];
  const found = all.filter(provisioned => terms.every(term => matches(provisioned, term)));
  if (SortBy !== undefined) {
    if (!SORT.includes(SortBy)) {
      throw invalid(`SortBy has to be one of ${SORT.join(', ')}.`);
    }
    found.sort((a, b) => compare(text(a, SortBy), text(b, SortBy)));
    if (SortOrder === 'DESCENDING') {
      found.reverse();
    }
  }
  return found;
}

/** `attribute:value` with `*` for anything, or words found in any attribute. */
function matches(provisioned: IProvisioned, term: string): boolean {
  const colon = term.indexOf(':');
  const attribute = colon > 0 ? term.slice(0, colon).trim() : '';
  if (!(attribute in ATTRIBUTES)) {
    const word = term.toLowerCase();
    return Object.keys(ATTRIBUTES).some(name => text(provisioned, name).toLowerCase().includes(word));
  }
  const value = term
    .slice(colon + 1)
    .trim()
    .replace(/^"(.*)"$/, '$1');
  const pattern = value.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`, 'i').test(text(provisioned, attribute));
}

function text(provisioned: IProvisioned, attribute: string): string {
  const value = viewAttributes(provisioned)[ATTRIBUTES[attribute]];
  if (value instanceof Date) {
    return value.toISOString();
  }
  return typeof value === 'object' ? value.map(({ Key, Value }) => `${Key}:${Value}`).join(' ') : (value ?? '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function oldest(product: IProduct): number {
  return Math.min(...product.artifacts.map(({ createdAt }) => createdAt.getTime()));
}
