/**
 * The users' policies of deploy/aws/user-policy.yaml, enforced: with all of them every feature works, and without one
 * statement (those of {@link SIDS}) exactly those features fail that {@link FEATURES} names, with a message that names the action.
 *
 * That no other feature can fail is seen, not assumed: the account's log says what each asked.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateApplicationCommand, EMRServerlessClient, GetApplicationCommand } from '@aws-sdk/client-emr-serverless';
import { GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  GrantPermissionsCommand,
  LakeFormationClient,
  type Permission,
  type Resource
} from '@aws-sdk/client-lakeformation';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';

import { closeClients, isDenied, secretPair } from '../../aws';
import { createCatalog } from '../../catalog/service';
import { EmrError } from '../../protocol';
import type { IControlService } from '..';
import { createControl } from '..';
import { doctor } from '../doctor';
import { searchWhenReady } from '../catalogIndex';
import { follow } from '../follow';
import type { ILocalAccount } from './localAccount';
import { startLocalAccount } from './localAccount';

const POLICIES = ['jupyterlab-emr-notebooks', 'jupyterlab-emr-catalogue', 'jupyterlab-emr-pipelines'];
const SITE = { pipelines: { permissionsBoundary: 'arn:aws:iam::123456789012:policy/emr-pipeline-boundary' } };
const TABLE = { database: 'signals', table: 'skew' };
/** AWS's names of services in actions, where the account's log has others. */
const PREFIXES: Record<string, string> = { emr: 'elasticmapreduce', monitoring: 'cloudwatch' };

interface IStatement {
  Sid: string;
  Action: string | string[];
}

interface IFeature {
  /** As the user would say it. */
  name: string;
  /** Sids without which it fails. */
  needs: string[];
  /** Sids that it uses, and does without: it shows less. `jupyter emr doctor` names the action. */
  less?: string[];
  /** What has to be there before, made with the whole policy. */
  prepare?(control: IControlService, name: string): Promise<unknown>;
  /** @param name - another one each time */
  run(control: IControlService, name: string): Promise<unknown>;
}

let account: ILocalAccount & { userRole: string; steward: string; ca: string };
let product: { productId: string; versionId: string; pathId: string };
/** Ids of a cluster that runs, and of one that has ended. */
let running: string;
let ended: string;
let application: string;
/** An application that runs, with Livy. */
let awake: string;
let serverlessLivyUrl: string;
let launched: string;
let home: string;
const documents = new Map<string, { Version: string; Statement: IStatement[] }>();

const user = () => ({ assumeRole: account.userRole });

/** Errors other than those of a policy are none. */
function denials(error: unknown): void {
  if (error instanceof EmrError && isDenied(error)) {
    throw error;
  }
}

/** The first thing that the doctor finds wrong. */
async function diagnose(name: RegExp, target: Parameters<typeof doctor>[1] = {}): Promise<void> {
  const wrong = (await doctor({ aws: user(), site: { serverlessLivyUrl } }, target)).find(
    check => (!check.ok || check.fix) && name.test(check.name)
  );
  if (wrong) {
    throw new EmrError({ code: 'Diagnosed', hop: 'emr', message: wrong.message, fix: wrong.fix ?? '' });
  }
}

const pipeline = (name: string) => `name: ${name}
script: script.py
release: emr-7.9.0
caps: {vcpu: 16, memoryGb: 64, diskGb: 200}
driver: {vcpu: 1, memoryGb: 2, diskGb: 20}
artifacts: s3://emr-artifacts-us-east-1/pipelines/
arguments: [{name: day, type: date}]
inputs: [s3://emr-demo-us-east-1/raw/]
outputs: [s3://emr-demo-us-east-1/${name}/]
logs: {retentionDays: 30}
alarms: {snsTopicArn: "arn:aws:sns:us-east-1:123456789012:pipelines", longerThanMinutes: 90}
schedule: {expression: "cron(0 6 * * ? *)", arguments: {day: "2026-01-01"}}
`;
const deploy = (control: IControlService, name: string) =>
  control.call('promote.deploy', { pipelineText: pipeline(name), scriptText: 'print(1)\n', token: name });

async function edit(control: IControlService, change: object): Promise<void> {
  const { version = '' } = await createControl({ aws: { assumeRole: account.steward } }).call('catalog.table', {
    table: TABLE
  });
  await control.call('catalog.edit', { table: TABLE, version, ...change });
}

/** A cluster that does not end by itself while the tests run. */
async function launch(control: IControlService, name: string): Promise<{ key: string; clusterId: string }> {
  const parameters = { IdleTimeoutSeconds: 604_800 };
  const made = await control.call('products.provision', { ...product, name, parameters, token: name });
  const row = await follow(control, made.provisionedProductId, 'ready');
  return { key: made.provisionedProductId, clusterId: row!.clusterId! };
}

const DEPLOYING =
  'ListApplications SeeApplications MakeApplications TagApplications MakePipelineRoles KeepPipelineRoles PassPipelineRoles Schedules ' +
  'Artifacts ListArtifacts AlarmsOfPipelines LookForAlarmsAndLogGroups LogGroupsOfPipelines';

const ui = (control: IControlService, clusterId: string) =>
  control.call('clusters.sparkUi', { clusterId, runtimeRole: account.roles.analyst });

/** From an index of its own: what was found before is not asked again. */
async function search(control: IControlService): Promise<void> {
  const { index } = await searchWhenReady(control, { text: 'skew' }, { refresh: true });
  // Lake Formation keeps databases of other accounts from this role: that is not the policy's doing.
  const problem = index.problems.find(({ error }) => !error.detail?.includes('Lake Formation permission'));
  if (problem) {
    throw new EmrError(problem.error);
  }
}

/** Which statement serves what. docs/admin.md says it in words. */
const FEATURES: IFeature[] = [
  { name: 'list products', needs: ['FindProducts'], run: control => control.call('products.list', {}) },
  { name: 'launch form', needs: ['ReadProductForms'], run: control => control.call('products.form', product) },
  {
    name: 'launch',
    needs: ['ReadProductForms', 'LaunchProducts'],
    run: (control, name) =>
      control.call('products.provision', { ...product, name, parameters: { CoreNodes: 1 }, token: name })
  },
  {
    name: 'list clusters',
    needs: ['ListClusters', 'SeeOwnProducts'],
    less: ['SeeClusters', 'SeeClusterSizes', 'SeeClusterSecurity', 'ReadProductOutputs'],
    run: async control => {
      const { stale } = await control.call('clusters.list', {});
      if (stale) {
        throw new EmrError(stale);
      }
    }
  },
  {
    name: 'read sizes, by the doctor',
    needs: ['SeeClusterSizes'],
    run: () => diagnose(/^emr:(instance|auto)/)
  },
  { name: 'read security, by the doctor', needs: ['SeeClusterSecurity'], run: () => diagnose(/^emr:security/) },
  {
    name: 'follow a launch',
    needs: ['SeeOwnProducts'],
    run: control => follow(control, launched, 'ready')
  },
  {
    name: 'roles of a cluster’s product',
    needs: ['ReadProductOutputs'],
    run: async control => {
      const roles = await control.call('roles.list', { clusterId: running });
      if (roles.length === 0) {
        await diagnose(/^service-catalog:outputs/);
      }
    }
  },
  {
    name: 'connect',
    needs: ['SeeClusters', 'SeeClusterSecurity', 'RunAsRuntimeRoles'],
    run: () => diagnose(/./, { clusterId: running, runtimeRole: account.roles.analyst, caBundle: account.ca })
  },
  {
    name: 'what IAM allows, by the doctor',
    needs: ['LaunchProducts', 'EndOwnProducts', 'RunAsRuntimeRoles', 'OpenSparkUi', 'AskAboutRights'],
    run: () => diagnose(/^iam:simulate/, { runtimeRole: account.roles.analyst })
  },
  { name: 'Spark UI', needs: ['SeeClusters', 'OpenSparkUi'], run: control => ui(control, running) },
  { name: 'Spark history', needs: ['SeeClusters', 'OpenSparkHistory'], run: control => ui(control, ended) },
  {
    name: 'end a cluster',
    needs: ['EndOwnProducts', 'SeeOwnProducts'],
    prepare: (control, name) => launch(control, `end-${name}`),
    run: async (control, name) => {
      const { clusters } = await control.call('clusters.list', {});
      const key = clusters.find(cluster => cluster.name === `end-${name}`)?.key ?? `end-${name}`;
      await control.call('clusters.terminate', { key, token: name });
    }
  },
  { name: 'list applications', needs: ['ListApplications'], run: control => control.call('applications.list', {}) },
  {
    name: 'start and stop an application',
    needs: ['SeeApplications', 'SwitchApplications'],
    run: async control => {
      await control.call('applications.start', { application });
      await control.call('applications.stop', { application });
    }
  },
  { name: 'Livy’s own users', needs: ['ReadLivyUsers'], run: () => secretPair(user(), 'emr/livy-user') },
  { name: 'search the catalogue', needs: ['ReadCatalogue', 'SeeTags'], run: search },
  {
    name: 'a data set’s page',
    needs: ['ReadCatalogue', 'SeePartitions'],
    run: async control => {
      // The page is there without its partitions, and says why they are not.
      const { unread, partitions } = await control.call('catalog.table', { table: TABLE });
      if (unread) {
        throw new EmrError(unread[0]);
      }
      expect(partitions).toBeGreaterThan(0);
    }
  },
  {
    name: 'a data set’s versions',
    needs: ['ReadCatalogue', 'SeeVersions'],
    run: control => control.call('catalog.versions', { table: TABLE })
  },
  {
    name: 'who may read a data set',
    // Who may look as another role is told what that one may list.
    needs: ['ReadCatalogue'],
    less: ['SeeGrants'],
    run: control => control.call('catalog.grants', { table: TABLE })
  },
  {
    name: 'who may read a data set, where no role is offered that could be asked instead',
    needs: ['ReadCatalogue', 'SeeGrants'],
    run: async () => {
      const catalog = createCatalog({ aws: user(), roles: () => Promise.resolve([]) });
      try {
        await catalog.handlers['catalog.grants']({ table: TABLE }, undefined, () => undefined);
      } finally {
        catalog.dispose();
      }
    }
  },
  {
    name: 'the catalogue as another role',
    needs: ['LookAsRoles'],
    run: control => {
      // Keys of a role serve for an hour: as if the kernel were a new one.
      closeClients();
      return control.call('catalog.table', { table: TABLE, as: account.roles.analyst });
    }
  },
  {
    name: 'edit a description',
    needs: ['ReadCatalogue', 'EditDescriptions'],
    run: (control, name) => edit(control, { description: `Visits, ${name}` })
  },
  {
    name: 'edit a tag',
    needs: ['ReadCatalogue', 'EditTags'],
    run: control => edit(control, { tags: { sensitivity: 'internal' } })
  },
  {
    name: 'make a link',
    needs: ['ReadCatalogue', 'MakeLinks'],
    run: (control, name) =>
      control.call('catalog.link', { table: TABLE, database: 'signals', name: `link_${name.replace(/-/g, '_')}` })
  },
  {
    name: 'connect to an application',
    needs: ['SeeApplications', 'UseServerlessSessions', 'RunAsExecutionRoles'],
    less: ['AskAboutRights'],
    run: () => diagnose(/./, { applicationId: awake, runtimeRole: account.roles.analyst, caBundle: account.ca })
  },
  {
    // There is no run: that is said to those only who may open its page.
    name: 'Spark UI of a run',
    needs: ['OpenServerlessUi'],
    run: (control, _name) =>
      control.call('applications.sparkUi', { applicationId: application, jobRunId: '00fabcdefghijklm' }).catch(denials)
  },
  { name: 'deploy a pipeline', needs: DEPLOYING.split(' '), run: deploy },
  {
    name: 'list runs',
    needs: ['ListApplications', 'SeeApplications', 'SeeRuns'],
    run: async control => {
      const { problems } = (await control.call('runs.list', { pipeline: 'walk' })) as { problems?: unknown[] };
      return problems;
    }
  },
  {
    name: 'start and cancel a run',
    needs: ['ListApplications', 'SeeApplications', 'SeeRuns', 'StartRuns', 'CancelRuns', 'Artifacts'],
    run: async (control, name) => {
      const made = await control.call('runs.start', {
        pipeline: 'walk',
        arguments: { day: '2026-01-01' },
        token: name
      });
      await control.call('runs.cancel', { pipeline: 'walk', runId: made.runId });
    }
  },
  {
    name: 'remove a pipeline',
    needs:
      'ListApplications SeeApplications KeepApplications MakePipelineRoles KeepPipelineRoles Schedules Artifacts AlarmsOfPipelines LookForAlarmsAndLogGroups'.split(
        ' '
      ),
    prepare: (control, name) => deploy(control, `gone-${name}`),
    run: (control, name) => control.call('promote.remove', { pipeline: `gone-${name}`, token: name })
  }
];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'emr-policy-'));
  account = (await startLocalAccount(500)) as typeof account;
  process.env['JUPYTERLAB_EMR_CACHE'] = home;
  ({ serverlessLivyUrl } = JSON.parse(readFileSync(account.env['JUPYTERLAB_EMR_CONFIG'], 'utf8')));
  const iam = new IAMClient({});
  const { userRole: RoleArn } = account;
  for (const PolicyName of POLICIES) {
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName: 'emr-user', PolicyName }));
    documents.set(PolicyName, JSON.parse(decodeURIComponent(PolicyDocument)) as never);
  }
  // What Lake Formation grants them besides, as its administrator.
  const lake = new LakeFormationClient({
    credentials: fromTemporaryCredentials({ params: { RoleArn: account.steward, RoleSessionName: 'steward' } })
  });
  const Principal = { DataLakePrincipalIdentifier: RoleArn };
  const grants: [Resource, Permission[]][] = [
    [{ Database: { Name: 'signals' } }, ['DESCRIBE', 'ALTER', 'CREATE_TABLE']],
    [{ Table: { DatabaseName: 'signals', TableWildcard: {} } }, ['DESCRIBE', 'ALTER']],
    [{ LFTag: { TagKey: 'sensitivity', TagValues: ['public', 'internal'] } }, ['DESCRIBE', 'ASSOCIATE']]
  ];
  for (const [Resource, Permissions] of grants) {
    await lake.send(new GrantPermissionsCommand({ Principal, Resource, Permissions }));
  }
  const small = account.products.find(({ name }) => name === 'EMR small')!;
  product = { productId: small.productId, versionId: small.versions[0], pathId: small.paths[0] };
  const control = createControl({ aws: user(), pollMs: 20, site: SITE });
  ({ key: launched, clusterId: running } = await launch(control, 'runs'));
  const { key: endedKey, clusterId } = await launch(control, 'ended');
  ended = clusterId;
  await control.call('clusters.terminate', { key: endedKey, token: 'ended' });
  await follow(control, endedKey, 'ended');
  ({ applicationId: application = '' } = await new EMRServerlessClient({}).send(
    new CreateApplicationCommand({ name: 'own', type: 'SPARK', releaseLabel: 'emr-7.9.0', clientToken: 'own' })
  ));
  await deploy(control, 'walk');
  const client = new EMRServerlessClient({});
  const becomes = async (wanted: string) => {
    for (let state: string | undefined; state !== wanted;) {
      await new Promise(resolve => setTimeout(resolve, 20));
      ({ state } = (await client.send(new GetApplicationCommand({ applicationId: awake }))).application!);
    }
  };
  ({ applicationId: awake = '' } = await client.send(
    new CreateApplicationCommand({
      name: 'awake',
      type: 'SPARK',
      releaseLabel: 'emr-7.9.0',
      interactiveConfiguration: { livyEndpointEnabled: true },
      autoStopConfiguration: { enabled: false },
      clientToken: 'awake'
    })
  ));
  await becomes('CREATED');
  await control.call('applications.start', { application: awake });
  await becomes('STARTED');
  control.dispose();
}, 180_000);

afterAll(async () => {
  closeClients();
  await account.stop();
  rmSync(home, { recursive: true, force: true });
});

async function prepare(feature: IFeature, name: string): Promise<void> {
  const control = createControl({ aws: user(), pollMs: 20, site: SITE });
  try {
    await feature.prepare?.(control, name);
  } finally {
    control.dispose();
  }
}

/** Run a feature. @returns its error, and the Sids of the statements that it was allowed or refused by */
async function walk(feature: IFeature, name: string): Promise<{ error?: EmrError; used: Set<string> }> {
  process.env['JUPYTERLAB_EMR_CACHE'] = mkdtempSync(join(home, 'cache-'));
  await account.forget();
  const control = createControl({ aws: user(), pollMs: 20, site: SITE });
  let error: EmrError | undefined;
  try {
    await feature.run(control, name);
  } catch (thrown) {
    error = thrown as EmrError;
  } finally {
    control.dispose();
  }
  const calls = await account.local<{ service: string; operation: string; caller: string; needs?: string[] }[]>(
    'GET',
    'calls'
  );
  const actions = calls
    .filter(({ caller }) => caller.includes('/emr-user/'))
    .flatMap(({ service, operation, needs }) =>
      needs ? needs.map(need => need.split(' ')[0]) : [`${PREFIXES[service] ?? service}:${operation}`]
    );
  const statements = [...documents.values()].flatMap(({ Statement }) => Statement);
  const used = statements.filter(({ Action }) => [Action].flat().some(action => actions.includes(action)));
  return { used: new Set(used.map(({ Sid }) => Sid)), ...(error ? { error } : {}) };
}

/** Sids that each feature used when it had them all. */
const used = new Map<IFeature, Set<string>>();
/** Statements that are taken away, one at a time. */
const SIDS = `
  FindProducts ReadProductForms LaunchProducts EndOwnProducts ListClusters SeeClusters SeeClusterSizes
  SeeClusterSecurity RunAsRuntimeRoles OpenSparkUi OpenSparkHistory ListApplications SeeApplications
  SwitchApplications ReadLivyUsers UseServerlessSessions RunAsExecutionRoles OpenServerlessUi AskAboutRights
  SeeOwnProducts ReadProductOutputs MakeLinks
  LookAsRoles SeeGrants ReadCatalogue SeePartitions SeeVersions SeeTags EditDescriptions EditTags
  MakeApplications KeepApplications TagApplications SeeRuns StartRuns CancelRuns MakePipelineRoles KeepPipelineRoles
  PassPipelineRoles Schedules Artifacts ListArtifacts AlarmsOfPipelines LookForAlarmsAndLogGroups LogGroupsOfPipelines
`
  .trim()
  .split(/\s+/);
it('every statement is taken away', () => {
  const sids = [...documents.values()].flatMap(({ Statement }) => Statement.map(({ Sid }) => Sid));
  expect([...SIDS].sort()).toEqual(sids.sort());
});

it.each(FEATURES.map(feature => [feature.name, feature] as const))(
  'with the whole policy: %s',
  async (_name, feature) => {
    await prepare(feature, 'whole');
    const walked = await walk(feature, 'whole');
    used.set(feature, walked.used);
    expect(walked.error?.message).toBeUndefined();
  },
  30_000
);

it('a deployment without the boundary of the site is told of it, and of the setting', async () => {
  const control = createControl({ aws: user(), pollMs: 20, site: {} });
  await expect(deploy(control, 'unbound')).rejects.toMatchObject({
    message: expect.stringMatching(/no permission iam:CreateRole .* no permissions boundary/),
    fix: expect.stringContaining('"pipelines.permissionsBoundary" of jupyterlab_emr.json')
  });
  control.dispose();
});

it.each(SIDS)(
  'without %s',
  async sid => {
    const [policy, document] = [...documents].find(([, { Statement }]) => Statement.some(({ Sid }) => Sid === sid))!;
    const without = { ...document, Statement: document.Statement.filter(({ Sid }) => Sid !== sid) };
    const actions = document.Statement.filter(({ Sid }) => Sid === sid).flatMap(({ Action }) => Action);
    // All others asked nothing of what is taken away.
    const concerned = FEATURES.filter(one => one.needs.includes(sid) || used.get(one)?.has(sid));
    const name = `no-${sid.toLowerCase()}`;
    for (const feature of concerned) {
      await prepare(feature, name);
    }
    await put(policy, without);
    try {
      const failed: string[] = [];
      for (const feature of concerned) {
        const { error } = await walk(feature, name);
        if (error) {
          failed.push(feature.name);
          const told = `${error.message} ${error.fix ?? ''}`;
          expect({ feature: feature.name, told, named: actions.some(action => told.includes(action)) }).toEqual({
            feature: feature.name,
            told,
            named: true
          });
        }
      }
      expect(failed).toEqual(FEATURES.filter(({ needs }) => needs.includes(sid)).map(({ name }) => name));
    } finally {
      await put(policy, document);
    }
  },
  60_000
);

function put(PolicyName: string, document: object): Promise<unknown> {
  const PolicyDocument = JSON.stringify(document);
  return new IAMClient({}).send(new PutRolePolicyCommand({ RoleName: 'emr-user', PolicyName, PolicyDocument }));
}
