/** The data catalogue: Lake Formation decides, and the runtime roles are known to it. */
import { dataLakeSettings, listLfTags, listPermissions } from '../../aws';
import type { DataLakeSettings, PrincipalResourcePermissions } from '../../aws';
import type { AdminReport } from './report';
import type { Setup } from './setup';
import type { Verdict } from './types';

const EVERYBODY = 'IAM_ALLOWED_PRINCIPALS';
/** What EMR's runtime roles mark their sessions with. */
const SESSION_TAG = 'Amazon EMR';

export async function catalogueChecks(setup: Setup, report: AdminReport): Promise<void> {
  const asking = { signal: setup.signal };
  let settings: Promise<DataLakeSettings> | undefined;
  const read = () => (settings ??= dataLakeSettings(setup.aws, asking));
  await report.look('catalogue', 'default-permissions', 'Reading Lake Formation’s settings', async () => {
    const { CreateDatabaseDefaultPermissions = [], CreateTableDefaultPermissions = [] } = await read();
    const open = Object.entries({ CreateDatabaseDefaultPermissions, CreateTableDefaultPermissions })
      .filter(([, list]) => list.some(({ Principal }) => Principal?.DataLakePrincipalIdentifier === EVERYBODY))
      .map(([name]) => name);
    return open.length > 0
      ? {
          state: 'too wide',
          message: 'What is new in the catalogue is everybody’s whom IAM lets: IAMAllowedPrincipals is still on.',
          evidence: open,
          fix: 'Take IAMAllowedPrincipals out of the defaults for new databases and tables.',
          property:
            'AWS::LakeFormation::DataLakeSettings CreateDatabaseDefaultPermissions, CreateTableDefaultPermissions',
          command: 'aws lakeformation put-data-lake-settings --data-lake-settings file://settings.json'
        }
      : { state: 'ok', message: 'What is new in the catalogue is nobody’s until it is granted.' };
  });
  await report.look('catalogue', 'external-filtering', 'Reading Lake Formation’s settings', async () => {
    const { AllowExternalDataFiltering, AuthorizedSessionTagValueList = [] } = await read();
    return AllowExternalDataFiltering === true && AuthorizedSessionTagValueList.includes(SESSION_TAG)
      ? { state: 'ok', message: 'EMR’s sessions may filter data by Lake Formation’s grants.' }
      : {
          state: 'missing',
          message: 'EMR’s sessions may not filter data by Lake Formation’s grants.',
          evidence: [
            `AllowExternalDataFiltering: ${String(AllowExternalDataFiltering ?? false)}`,
            `AuthorizedSessionTagValueList: ${AuthorizedSessionTagValueList.join(', ') || 'empty'}`
          ],
          fix: `Allow external engines to filter data, for this account and the session tag "${SESSION_TAG}".`,
          property:
            'AWS::LakeFormation::DataLakeSettings AllowExternalDataFiltering, ExternalDataFilteringAllowList, AuthorizedSessionTagValueList',
          command: 'aws lakeformation put-data-lake-settings --data-lake-settings file://settings.json'
        };
  });
  let grants: Promise<PrincipalResourcePermissions[]> | undefined;
  const granted = () => (grants ??= listPermissions(setup.aws, undefined, asking));
  await report.look('catalogue', 'everybody', 'Reading grants', async () => {
    const open = (await granted()).filter(({ Principal }) => Principal?.DataLakePrincipalIdentifier === EVERYBODY);
    return open.length > 0
      ? {
          state: 'too wide',
          message: `${open.length} of the catalogue’s resources ${open.length === 1 ? 'is' : 'are'} everybody’s whom IAM lets.`,
          evidence: open.slice(0, 5).map(({ Resource }) => resourceName(Resource)),
          fix: 'Revoke what IAMAllowedPrincipals was granted.',
          command: `aws lakeformation revoke-permissions --principal DataLakePrincipalIdentifier=${EVERYBODY} --permissions ALL --resource RESOURCE`
        }
      : { state: 'ok', message: 'Nothing in the catalogue is everybody’s.' };
  });
  for (const arn of setup.runtimeRoles()) {
    const name = arn.split('/').at(-1)!;
    await report.look('catalogue', 'data-access', `Asking IAM about ${name}`, async () => {
      const lacking = await setup.denied(arn, ['lakeformation:GetDataAccess']);
      return lacking.length > 0
        ? {
            state: 'missing',
            message: `The runtime role ${name} gets no data from Lake Formation: it lacks ${lacking.join(', ')}.`,
            evidence: [arn],
            fix: 'Allow it lakeformation:GetDataAccess on *.',
            property: 'AWS::IAM::Role Policies'
          }
        : { state: 'ok', message: `The runtime role ${name} may ask Lake Formation for data.`, evidence: [arn] };
    });
    await report.look('catalogue', 'grants', `Reading what ${name} was granted`, async () => {
      const verdicts: Verdict[] = [];
      if ((await read()).DataLakeAdmins?.some(admin => admin.DataLakePrincipalIdentifier === arn)) {
        verdicts.push({
          state: 'too wide',
          message: `The runtime role ${name} administers the data lake: it may grant itself anything.`,
          evidence: [arn],
          fix: 'Take it out of the administrators.',
          property: 'AWS::LakeFormation::DataLakeSettings Admins'
        });
      }
      const own = (await granted()).filter(({ Principal }) => Principal?.DataLakePrincipalIdentifier === arn);
      const data = own.filter(({ Resource }) => Resource && !Resource.LFTag && !Resource.Catalog);
      if (data.length === 0) {
        const tags = (await listLfTags(setup.aws, asking)).map(({ TagKey = '' }) => TagKey);
        verdicts.push({
          state: 'missing',
          message: `The runtime role ${name} was granted no data${tags.length > 0 ? `, by none of the LF-Tags ${tags.join(', ')}` : ''}.`,
          evidence: [arn],
          fix: 'Grant it DESCRIBE and SELECT on an expression of LF-Tags.',
          property: 'AWS::LakeFormation::PrincipalPermissions',
          command: `aws lakeformation grant-permissions --principal DataLakePrincipalIdentifier=${arn} --permissions DESCRIBE SELECT --resource '{"LFTagPolicy":{"ResourceType":"TABLE","Expression":[{"TagKey":"${tags[0] ?? 'KEY'}","TagValues":["VALUE"]}]}}'`
        });
      }
      return verdicts.length > 0
        ? verdicts
        : { state: 'ok', message: `The runtime role ${name} has ${data.length} grants of data.`, evidence: [arn] };
    });
  }
}

function resourceName(resource: PrincipalResourcePermissions['Resource']): string {
  const { Database, Table, TableWithColumns } = resource ?? {};
  const table = Table ?? TableWithColumns;
  return table ? `${table.DatabaseName ?? ''}.${table.Name ?? '*'}` : (Database?.Name ?? 'the catalogue');
}
