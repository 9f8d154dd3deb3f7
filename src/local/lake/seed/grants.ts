/** Who may what in the demo's data catalogue: by LF-Tag expressions, as a site of many teams does it. */
import type { LFTag, Permission } from '@aws-sdk/client-lakeformation';

import { ACCOUNT_ID } from '../../identity';
import { RUNTIME_ROLES, STEWARD_ROLE } from '../../roles';
import type { Catalog, Lake } from '../store';
import { ACCOUNTS } from './teams';

const READ: Permission[] = ['DESCRIBE', 'SELECT'];
const EVERYBODY = `${ACCOUNT_ID}:IAMPrincipals`;
const AT = new Date('2026-10-01T07:00:00Z');
/** What each may read, by sensitivity; the domains besides. */
const MAY: { principal: string; domain: string[]; sensitivity: string[] }[] = [
  {
    principal: RUNTIME_ROLES.analyst.arn,
    domain: ['market-data', 'reference'],
    sensitivity: ['public', 'internal', 'restricted']
  },
  { principal: RUNTIME_ROLES.analyst.arn, domain: ['research', 'alternative'], sensitivity: ['public', 'internal'] },
  { principal: RUNTIME_ROLES.engineer.arn, domain: ['*'], sensitivity: ['public', 'internal', 'restricted', 'secret'] },
  { principal: RUNTIME_ROLES.limited.arn, domain: ['market-data', 'reference'], sensitivity: ['public', 'internal'] },
  { principal: RUNTIME_ROLES.limited.arn, domain: ['research'], sensitivity: ['public'] }
];

/** @param user - ARN of the account's user: it reads what the analyst reads, and writes its own team's signals */
export function grantAll(lake: Lake, user: string): void {
  for (const id of Object.values(ACCOUNTS)) {
    const catalog = lake.catalog(id);
    const by = `arn:aws:iam::${id}:role/lake-admin`;
    // Nothing is everybody's here but the names of the tags.
    for (const key of catalog.tagKeys.keys()) {
      catalog.grants.add(EVERYBODY, { LFTag: { TagKey: key, TagValues: ['*'] } }, ['DESCRIBE'], [], by, AT);
    }
    const all = [...MAY, ...MAY.slice(0, 2).map(may => ({ ...may, principal: user }))];
    for (const { principal, domain, sensitivity } of all) {
      const known = catalog.tagKeys.get('domain')!;
      if (domain[0] === '*' || domain.some(value => used(catalog).has(value))) {
        grantByTags(catalog, principal, READ, by, [
          { TagKey: 'domain', TagValues: domain[0] === '*' ? known : domain },
          { TagKey: 'sensitivity', TagValues: sensitivity }
        ]);
      }
    }
    if (id !== ACCOUNT_ID) {
      // Shared with the account: its administrators pass it on.
      const expression = [{ TagKey: 'sensitivity', TagValues: ['public', 'internal', 'restricted'] }];
      grantByTags(catalog, ACCOUNT_ID, READ, by, expression, READ);
    }
  }
  const own = lake.catalog(ACCOUNT_ID);
  const by = STEWARD_ROLE.arn;
  own.settings.DataLakeAdmins = [{ DataLakePrincipalIdentifier: STEWARD_ROLE.arn }];
  for (const name of ['market_data', 'reference_data']) {
    own.grants.add(EVERYBODY, { Database: { Name: name } }, ['DESCRIBE'], [], by, AT);
  }
  own.grants.add(EVERYBODY, { Table: { DatabaseName: 'signals', Name: 'web_visits' } }, ['DESCRIBE'], [], by, AT);
  own.grants.add(user, { Database: { Name: 'signals' } }, ['DESCRIBE', 'ALTER', 'CREATE_TABLE'], [], by, AT);
  own.grants.add(user, { Table: { DatabaseName: 'signals', TableWildcard: {} } }, ['DESCRIBE', 'ALTER'], [], by, AT);
  own.grants.add(
    user,
    { LFTag: { TagKey: 'sensitivity', TagValues: ['public', 'internal'] } },
    ['DESCRIBE', 'ASSOCIATE'],
    [],
    by,
    AT
  );
  named(lake, user);
}

/** Grants by name: on a table with some columns only, and on one without its tag. */
function named(lake: Lake, user: string): void {
  const market = lake.catalog(ACCOUNTS['market-data']);
  const alternative = lake.catalog(ACCOUNTS['alternative-data']);
  const limited = RUNTIME_ROLES.limited.arn;
  const by = `arn:aws:iam::${alternative.id}:role/lake-admin`;
  alternative.grants.add(
    limited,
    {
      TableWithColumns: {
        DatabaseName: 'web_traffic',
        Name: 'page_visits',
        ColumnNames: ['symbol', 'country', 'visits', 'date']
      }
    },
    ['SELECT'],
    [],
    by,
    AT
  );
  alternative.grants.add(
    user,
    {
      TableWithColumns: {
        DatabaseName: 'sentiment',
        Name: 'call_transcripts',
        ColumnWildcard: { ExcludedColumnNames: ['speaker'] }
      }
    },
    ['SELECT'],
    [],
    by,
    AT
  );
  alternative.grants.add(
    user,
    { Table: { DatabaseName: 'sentiment', Name: 'analyst_notes' } },
    ['DESCRIBE'],
    [],
    by,
    AT
  );
  // The steward keeps what is written about market data, and its tags, and reads none of it.
  const steward = STEWARD_ROLE.arn;
  const team = [{ TagKey: 'team', TagValues: ['market-data'] }];
  const admin = `arn:aws:iam::${market.id}:role/lake-admin`;
  grantByTags(market, steward, ['DESCRIBE', 'ALTER'], admin, team);
  market.grants.add(
    steward,
    { LFTagPolicy: { ResourceType: 'DATABASE', Expression: team } },
    ['DESCRIBE'],
    [],
    admin,
    AT
  );
  for (const key of ['domain', 'sensitivity']) {
    market.grants.add(steward, { LFTag: { TagKey: key, TagValues: ['*'] } }, ['DESCRIBE', 'ASSOCIATE'], [], admin, AT);
  }
}

function grantByTags(
  catalog: Catalog,
  principal: string,
  permissions: Permission[],
  by: string,
  Expression: LFTag[],
  grantable: Permission[] = []
): void {
  catalog.grants.add(principal, { LFTagPolicy: { ResourceType: 'TABLE', Expression } }, permissions, grantable, by, AT);
}

/** Domains that a catalogue's databases have. */
function used({ databases }: Catalog): Set<string | undefined> {
  return new Set([...databases.values()].map(({ tags }) => tags.get('domain')));
}
