/** The local account: everything wired, on one loopback port. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Directory } from './access/directory';
import { emrNeeds, guardedBy, secretNeeds, serviceCatalogNeeds } from './access/callNeeds';
import { Guard } from './access/guard';
import { runtimeRoles } from './access/runtimeRoles';
import { makeSeed, USER, type IBuckets } from './access/seed';
import { serverlessAccess } from './access/serverless';
import { administrator } from './administrator';
import { CertificateAuthority } from './ca';
import { CallLog } from './calls';
import { Clock } from './clock';
import { HOST } from './emr/cluster';
import { Clusters, type ILivySite } from './emr/clusters';
import { colleagueCluster } from './emr/colleague';
import { PresignedUis, UiGrants } from './emr/presigned';
import { makeEmr } from './emr/service';
import type { IAccess } from './emrServerless/access';
import { Dashboards } from './emrServerless/dashboard';
import { HistoryServer } from './emrServerless/history';
import { LivyEndpoint } from './emrServerless/livyEndpoint';
import { ServerlessRegion } from './emrServerless/region';
import { makeEmrServerless } from './emrServerless/service';
import { makeEc2 } from './ec2/service';
import { Faults } from './faults';
import { makeControlRoute } from './http/control';
import { makeServer } from './http/server';
import { makeUiRoute } from './http/ui';
import { makeIam } from './iam';
import { Identities, type IKeyPair } from './identity';
import { Gateway } from './moto/gateway';
import { MotoProcess } from './moto/process';
import { makeGlue } from './lake/glue';
import { makeLakeFormation } from './lake/lakeFormation';
import { LakeRegions } from './lake/regions';
import { vendKeys } from './lake/vend';
import type { IOptions } from './options';
import { RUNTIME_ROLES, STEWARD_ROLE, USER_ROLE } from './roles';
import { SchedulerRegion } from './scheduler/region';
import { makeScheduler } from './scheduler/service';
import type { ITargetParts } from './scheduler/target';
import { makeCloudWatch, makeEvents, makeLogs, MonitoringRegion } from './monitoring/services';
import { makeSecretsManager } from './secrets';
import { withAdministration } from './serviceCatalog/administration';
import { PRODUCTS } from './serviceCatalog/catalogue';
import { Provisioning } from './serviceCatalog/provisioning';
import { productLookup } from './serviceCatalog/lookup';
import { makeServiceCatalog } from './serviceCatalog/service';
import { sparkS3Conf } from './sparkS3';
import { makeSts } from './sts';
import { makeWorkDir } from './workDir';

/** The line that the account prints when it is ready. */
export interface IReady {
  endpoint: string;
  region: string;
  /** What a process needs to talk to it with the stock SDKs and the extension. */
  env: Record<string, string>;
  products: { productId: string; name: string; description: string; versions: string[]; paths: string[] }[];
  python: string;
  /** Path of the CA's certificate (PEM). */
  ca: string;
  /** Runtime-role ARNs. */
  roles: Record<string, string>;
  /** ARN of the role that keeps the data catalogue; the user may assume it. */
  steward: string;
  /** ARN of a role with the users' policies of deploy/aws and nothing else; the user may assume it. */
  userRole: string;
  /** A cluster that was there before, made by somebody else. */
  otherCluster: string;
  /** Buckets that are there. */
  buckets: IBuckets;
}

interface IRegion {
  clusters: Clusters;
  uis: PresignedUis;
  provisioning: Provisioning;
  serverless: ServerlessRegion;
  scheduler: SchedulerRegion;
  monitoring: MonitoringRegion;
}

export class Account {
  private readonly clock: Clock;
  private readonly identities = new Identities();
  private readonly access: IAccess;
  private readonly history: HistoryServer;
  private readonly dashboards: Dashboards;
  private readonly calls = new CallLog();
  private readonly faults = new Faults();
  private readonly grants = new UiGrants(() => this.endpoint);
  private readonly regions = new Map<string, IRegion>();
  private readonly server: Server;
  private livyEndpoint?: LivyEndpoint;
  private readonly moto: MotoProcess;
  private readonly targets: ITargetParts;
  private readonly buckets: IBuckets;
  private endpoint = '';

  private constructor(
    private readonly options: IOptions,
    private readonly workDir: string,
    private readonly livy: ILivySite
  ) {
    this.clock = new Clock(options.speed);
    const { python, javaHome } = livy;
    this.history = new HistoryServer({ python, ...(javaHome ? { javaHome } : {}), eventDir: this.eventDir });
    this.dashboards = new Dashboards(() => this.endpoint, this.history);
    const seed = makeSeed(options.region);
    this.buckets = seed.buckets;
    const moto = (this.moto = new MotoProcess(options.python, seed));
    const directory = new Directory(moto, seed);
    const guard = new Guard(directory, this.identities);
    this.access = serverlessAccess(
      guard,
      () => this.endpoint,
      (region, event) => this.region(region).monitoring.bus.publish(event)
    );
    const { identities, faults, calls } = this;
    const secrets = makeSecretsManager(options.region);
    const lakes = new LakeRegions(options.region, options.bigCatalogue);
    const regionOf = ({ region }: { region: string }) => this.region(region);
    const emrServerless = makeEmrServerless(call => regionOf(call).serverless, this.access, this.dashboards);
    this.targets = { guard, emrServerless, faults, calls };
    this.server = makeServer({
      services: [
        withAdministration(
          guardedBy(
            guard,
            serviceCatalogNeeds(productLookup(call => regionOf(call).provisioning)),
            makeServiceCatalog(call => regionOf(call).provisioning)
          ),
          guard
        ),
        guardedBy(
          guard,
          emrNeeds((id, call) => regionOf(call).uis.clusterOf(id)),
          makeEmr(
            regionOf,
            options.credentialSeconds,
            runtimeRoles(directory, guard, keys => this.access.environment(keys, options.region)),
            guard
          )
        ),
        makeEc2(guard),
        emrServerless,
        makeScheduler(call => regionOf(call).scheduler, guard),
        makeGlue(lakes.of, guard),
        makeLakeFormation(lakes.of, guard, vendKeys(this.identities)),
        makeEvents(call => regionOf(call).monitoring, guard),
        makeCloudWatch(call => regionOf(call).monitoring, guard),
        makeLogs(call => regionOf(call).monitoring, guard),
        makeSts(this.identities, directory, guard),
        makeIam(this.faults, directory, guard),
        guardedBy(
          guard,
          secretNeeds(id => secrets.arnOf(id)),
          secrets
        )
      ],
      identities,
      faults,
      calls,
      gateway: new Gateway({ moto, guard, directory, identities, faults, calls }),
      routes: [
        makeUiRoute(this.grants),
        this.dashboards.route,
        makeControlRoute({
          calls: this.calls,
          faults: this.faults,
          moto,
          scheduler: () => this.region(options.region).scheduler,
          administrator: () => administrator(identities),
          notifications: () => this.region(options.region).monitoring.bus.told,
          clusters: () => [...this.regions.values()].flatMap(({ clusters }) => clusters.list())
        })
      ]
    });
  }

  /** Make its work folder and CA, and listen. @param program - `livy.mjs` */
  static async start(options: IOptions, program: string): Promise<{ account: Account; ready: IReady }> {
    const parent = options.work ? resolve(options.work) : tmpdir();
    mkdirSync(parent, { recursive: true });
    const workDir = makeWorkDir(parent);
    try {
      const ca = await CertificateAuthority.create();
      const livy = { program, python: options.python, javaHome: options.javaHome, workDir, ca };
      const account = new Account(options, workDir, livy);
      return { account, ready: await account.listen() };
    } catch (error) {
      rmSync(workDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** End every cluster, close the port, remove the work folder. */
  async stop(): Promise<void> {
    this.clock.dispose();
    this.server.close();
    this.server.closeAllConnections();
    this.livyEndpoint?.close();
    this.regions.forEach(({ scheduler }) => scheduler.dispose());
    await this.history.dispose();
    await Promise.all(
      [...this.regions.values()].flatMap(({ clusters, serverless }) => [clusters.dispose(), serverless.dispose()])
    );
    await this.moto.stop(); // last: what ends may still write its logs
    rmSync(this.workDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  private async listen(): Promise<IReady> {
    await new Promise<void>((done, fail) => {
      this.server.once('error', fail);
      this.server.listen(this.options.port, HOST, done);
    });
    this.endpoint = `http://${HOST}:${(this.server.address() as { port: number }).port}`;
    const { region, python } = this.options;
    this.livy.sparkConf = sparkS3Conf(this.endpoint, region);
    const other = await this.region(region).clusters.create(colleagueCluster());
    const ca = this.write('ca.pem', this.livy.ca.pem);
    this.livyEndpoint = new LivyEndpoint(await this.livy.ca.issue(), {
      identities: this.identities,
      access: this.access,
      find: (name, id) => this.regions.get(name)?.serverless.find(id)?.livy
    });
    const serverlessLivyUrl = await this.livyEndpoint.listen();
    return {
      endpoint: this.endpoint,
      region,
      env: this.environment(this.identities.addUser(USER), ca, serverlessLivyUrl),
      products: PRODUCTS.map(({ id, name, description, artifacts, paths }) => ({
        productId: id,
        name,
        description,
        versions: artifacts.map(artifact => artifact.id),
        paths: paths.map(path => path.id)
      })),
      python,
      ca,
      roles: Object.fromEntries(Object.entries(RUNTIME_ROLES).map(([key, { arn }]) => [key, arn])),
      steward: STEWARD_ROLE.arn,
      userRole: USER_ROLE.arn,
      otherCluster: other.id,
      buckets: this.buckets
    };
  }

  private environment(keys: IKeyPair, ca: string, serverlessLivyUrl: string): Record<string, string> {
    const { region } = this.options;
    const site = {
      region,
      caBundle: ca,
      serverlessLivyUrl,
      pipelines: {
        artifacts: `s3://${this.buckets.artifacts}/pipelines/`,
        // The producers deliver in the night.
        schedule: { expression: 'cron(0 6 * * ? *)', timezone: 'UTC' }
      },
      runtimeRoles: Object.values(RUNTIME_ROLES).map(({ arn, name }) => ({ arn, name }))
    };
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      // The user's own profiles stay out of it, so that nothing here can reach a real account.
      AWS_CONFIG_FILE: this.write('aws-config', `[default]\nregion = ${region}\n`),
      AWS_SHARED_CREDENTIALS_FILE: this.write('aws-credentials', ''),
      // Phases that pass in seconds want to be looked at oftener than those of AWS.
      JUPYTERLAB_EMR_POLL_MS: String(Math.round(Math.max(250, Math.min(2000, 20_000 / this.clock.speed)))),
      JUPYTERLAB_EMR_CONFIG: this.write('jupyterlab_emr.json', JSON.stringify(site, undefined, 2))
    };
  }

  private write(name: string, text: string): string {
    const path = join(this.workDir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Event logs of all Spark applications of EMR Serverless. */
  private get eventDir(): string {
    return join(this.workDir, 'spark-events');
  }

  private region(name: string): IRegion {
    let region = this.regions.get(name);
    if (!region) {
      const clusters = new Clusters(name, this.clock, this.livy);
      region = {
        clusters,
        uis: new PresignedUis(clusters, this.clock, this.grants),
        provisioning: new Provisioning(name, this.clock, clusters),
        serverless: new ServerlessRegion(name, this.clock, this.livy, this.access, this.eventDir),
        scheduler: new SchedulerRegion(name, this.targets),
        monitoring: new MonitoringRegion()
      };
      this.regions.set(name, region);
    }
    return region;
  }
}
