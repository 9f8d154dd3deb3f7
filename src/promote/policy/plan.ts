/** The role of a pipeline, worked out from what its file says it reads and writes. */
import type { IDataRef, IPipeline, IPlace, IReasonedStatement, IRolePlan } from '../../protocol';
import { applicationArn, isBelow, logGroupArn, objectsArn, parseS3, roleArn, viaS3, wrong } from './arns';
import type { IS3Place } from './arns';
import type { ITableUse } from './glue';
import { parseTable, sessionCatalog, sessionStatements, tableStatement } from './glue';
import { logGroupName, roleName, schedulerRoleName } from './names';
import { isEmrfs, s3Statements } from './s3';
import { pipelineTrust, schedulerTrust, SERVERLESS } from './trust';
import type { LineOf } from './where';
import { where } from './where';

/** How a role is worked out. */
export interface IPlanOptions {
  /** Lines of the pipeline's file, for the reasons. */
  lineOf?: LineOf;
  /** The CloudWatch log group is made by somebody else, who may. */
  logGroupMade?: boolean;
}

/** A key, and what is done with it. */
interface IKeyUse {
  via: string;
  write: boolean;
  asked: string[];
}

/** What an administrator has to switch on before Lake Formation hands out files to Spark. Same source as below, step 1. */
export const FULL_TABLE_ACCESS_LEFT =
  'Lake Formation has to let engines read whole tables without session tags (Application integration settings, "Allow external engines to access data with full table access"), in the account of the catalogue too.';

/**
 * With full table access, files are handed out for reading to who may SELECT, for writing to who may ALL (Super) and to
 * nobody else. Source: EMR Serverless User Guide, "Lake Formation full table access", step 2.1.
 */
const TABLE_GRANTS = { read: ['SELECT', 'DESCRIBE'], write: ['ALL'] };

/**
 * The role that a pipeline's runs take.
 *
 * @throws EmrError `UsageError` naming the field that no statement can be made of
 */
export function planRole(pipeline: IPipeline, place: IPlace, options: IPlanOptions = {}): IRolePlan {
  return new RolePlanner(pipeline, place, options).plan();
}

/** The role by which EventBridge Scheduler starts the pipeline, and nothing else. */
export function planSchedulerRole(pipeline: IPipeline, place: IPlace, options: IPlanOptions = {}): IRolePlan {
  const asked = where(['schedule'], options.lineOf);
  return {
    roleName: schedulerRoleName(pipeline.name),
    trust: schedulerTrust(place),
    statements: [
      {
        sid: 'StartRun',
        effect: 'Allow',
        actions: ['emr-serverless:StartJobRun'],
        resources: [applicationArn(place)],
        reason: `${asked}: the schedule starts runs of this application.`
      },
      {
        sid: 'PassRole',
        effect: 'Allow',
        actions: ['iam:PassRole'],
        resources: [roleArn(place, roleName(pipeline.name))],
        condition: { StringEquals: { 'iam:PassedToService': SERVERLESS } },
        reason: `${asked}: a run is given the pipeline's role; no other role, and to no other service.`
      }
    ],
    lakeFormation: [],
    ...(place.permissionsBoundary ? { permissionsBoundary: place.permissionsBoundary } : {})
  };
}

class RolePlanner {
  private readonly statements: IReasonedStatement[] = [];
  private readonly lakeFormation: IRolePlan['lakeFormation'] = [];
  private readonly keys = new Map<string, IKeyUse>();
  private readonly tables: ITableUse[] = [];
  private readonly prefixes: { at: IS3Place; write: boolean; read: IReasonedStatement }[] = [];
  private readonly catalog: string | undefined;
  private readonly emrfs: boolean;

  constructor(
    private readonly pipeline: IPipeline,
    private readonly place: IPlace,
    private readonly options: IPlanOptions
  ) {
    this.catalog = sessionCatalog(pipeline.sparkConf);
    this.emrfs = isEmrfs(pipeline);
  }

  plan(): IRolePlan {
    const { pipeline, place } = this;
    this.addArtifacts();
    // Outputs first: what is written may be read, and an input below it needs no statements of its own.
    pipeline.outputs.forEach((data, at) => this.addData('outputs', at, data, true));
    pipeline.inputs.forEach((data, at) => this.addData('inputs', at, data, false));
    this.addCatalogue();
    this.addKeys();
    this.addLogs();
    return {
      roleName: roleName(pipeline.name),
      trust: pipelineTrust(place),
      statements: this.statements,
      lakeFormation: this.lakeFormation,
      ...(place.permissionsBoundary ? { permissionsBoundary: place.permissionsBoundary } : {})
    };
  }

  private addArtifacts(): void {
    const { pipeline, place } = this;
    const at = parseS3(pipeline.artifacts, 'artifacts');
    const below = (what: string): string =>
      objectsArn(place, { ...at, prefix: [at.prefix, pipeline.name, what].filter(Boolean).join('/') });
    const packages = pipeline.packages.length > 0 && !pipeline.image;
    this.statements.push({
      sid: 'Artifacts',
      effect: 'Allow',
      actions: ['s3:GetObject'],
      resources: [below('scripts'), ...(packages ? [below('packages')] : [])],
      reason: `${this.where('artifacts')}: the run reads its script${packages ? ` and its packages (${this.where('packages')})` : ''}, and may not change ${packages ? 'them' : 'it'}.`
    });
  }

  private addData(list: 'inputs' | 'outputs', index: number, data: IDataRef, write: boolean): void {
    const sid = `${write ? 'Output' : 'Input'}${index}`;
    const path = (field: string): (string | number)[] => [list, index, field];
    if (data.kmsKey) {
      this.addKey(data.kmsKey, path('kmsKey'), write);
    }
    if (data.s3 !== undefined) {
      this.addS3(sid, data.s3, path('s3'), write);
      return;
    }
    if (data.table !== undefined) {
      const use = { sid, ...parseTable(data.table, where(path('table'))), write, asked: this.where(...path('table')) };
      this.addTables(data, use);
      if (data.location !== undefined) {
        this.addS3(sid, data.location, path('location'), write);
      }
    } else if (data.lfTags !== undefined) {
      this.addTables(data, { sid, database: '*', table: '*', write, asked: this.where(...path('lfTags')) });
    } else {
      throw wrong(`${list}[${index}] names no data.`, 'Give it one of s3, table and lfTags.');
    }
  }

  /** Tables, unless an output of the same tables is there already. */
  private addTables(data: IDataRef, use: Omit<ITableUse, 'catalogId'>): void {
    const { place } = this;
    const catalogId = data.catalogId ?? this.catalog;
    const covering = this.tables.find(
      other =>
        (other.write || !use.write) &&
        other.catalogId === catalogId &&
        other.database === use.database &&
        (other.table === '*' || other.table === use.table) &&
        (use.database !== '*' || JSON.stringify(other.lfTags) === JSON.stringify(data.lfTags))
    );
    if (covering) {
      covering.asked += `, ${use.asked}`;
      return;
    }
    this.tables.push({ ...use, catalogId, ...(data.lfTags ? { lfTags: data.lfTags } : {}) });
    if (data.location !== undefined) {
      return;
    }
    const by = data.lfTags ? { expression: data.lfTags } : { table: `${use.database}.${use.table}` };
    this.lakeFormation.push({
      ...by,
      permissions: use.write ? TABLE_GRANTS.write : TABLE_GRANTS.read,
      ...(catalogId && catalogId !== place.accountId ? { catalogId } : {}),
      reason: data.lfTags
        ? `${use.asked} names data by LF-Tags.`
        : `${use.asked} has no location: Lake Formation hands out its files.`
    });
  }

  private addS3(sid: string, address: string, path: (string | number)[], write: boolean): void {
    const asked = this.where(...path);
    const at = parseS3(address, where(path));
    const covering = this.prefixes.find(other => (other.write || !write) && isBelow(at, other.at));
    if (covering) {
      covering.read.reason += ` ${asked} is below it.`;
      return;
    }
    const statements = s3Statements(this.place, { sid, at, write, asked, emrfs: this.emrfs });
    this.statements.push(...statements);
    this.prefixes.push({ at, write, read: statements[0] });
  }

  private addKey(arn: string, path: (string | number)[], write: boolean): void {
    const use = this.keys.get(arn) ?? { via: viaS3(arn, where(path)), write: false, asked: [] };
    use.write ||= write;
    use.asked.push(this.where(...path));
    this.keys.set(arn, use);
  }

  private addCatalogue(): void {
    if (this.tables.length === 0) {
      return;
    }
    this.statements.push(...sessionStatements(this.place, this.catalog, this.tables));
    this.statements.push(...this.tables.map(use => tableStatement(this.place, use)));
    if (this.lakeFormation.length > 0) {
      this.statements.push({
        sid: 'LakeFormation',
        effect: 'Allow',
        actions: ['lakeformation:GetDataAccess'],
        resources: ['*'],
        reason: `${this.lakeFormation.map(({ reason }) => reason).join(' ')} The action knows no resources: what it gives is what Lake Formation granted.`
      });
    }
  }

  /**
   * S3 asks KMS in the caller's name: a data key to write, decryption to read, and both to write in parts. Source: S3 User
   * Guide, "Using server-side encryption with AWS KMS keys"; tests/policy measures it. That the logs are written by S3 in the
   * run's name too, as `encryptionKeyArn` of S3MonitoringConfiguration suggests, is not verified: the guide's "Encrypting
   * logs" was out of reach.
   */
  private addKeys(): void {
    const { logs } = this.pipeline;
    if (logs.kmsKey) {
      this.addKey(logs.kmsKey, ['logs', 'kmsKey'], true);
    }
    let number = 0;
    for (const [arn, use] of this.keys) {
      this.statements.push({
        sid: `Key${number++}`,
        effect: 'Allow',
        actions: use.write ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
        resources: [arn],
        condition: { StringEquals: { 'kms:ViaService': use.via } },
        reason: `${use.asked.join(', ')}: the data are encrypted with this key; it may be used through S3 only${use.write ? ', to read back what is written in parts too' : ''}.`
      });
    }
  }

  private addLogs(): void {
    const { pipeline, place } = this;
    const { logs } = pipeline;
    const at = parseS3(logs.s3 ?? `${pipeline.artifacts}/${pipeline.name}/logs/`, 'logs.s3');
    const id = applicationArn(place).split('/').pop()!;
    const below = objectsArn(place, { ...at, prefix: [at.prefix, 'applications'].filter(Boolean).join('/') });
    this.statements.push({
      sid: 'LogsS3',
      effect: 'Allow',
      actions: ['s3:PutObject'],
      resources: [below.replace(/\*$/, () => `${id}/*`)],
      reason: `${this.where('logs', 's3')}: EMR Serverless writes the logs of this application with the run's rights.`
    });
    if (logs.retentionDays !== undefined) {
      this.addLogGroup(logGroupArn(place, logGroupName(pipeline.name)));
    }
  }

  /**
   * The five actions, DescribeLogGroups on everything and the others on the group, are what AWS's data solutions framework and
   * public templates give to EMR Serverless' roles; the guide's own page on CloudWatch was out of reach, and no run was seen.
   */
  private addLogGroup(arn: string): void {
    const asked = this.where('logs', 'retentionDays');
    this.statements.push(
      {
        sid: 'LogGroup',
        effect: 'Allow',
        actions: [
          ...(this.options.logGroupMade ? [] : ['logs:CreateLogGroup']),
          'logs:CreateLogStream',
          'logs:DescribeLogStreams',
          'logs:PutLogEvents'
        ],
        resources: [`${arn}:*`],
        reason: `${asked}: the run's logs go to this log group.`
      },
      {
        sid: 'LogGroups',
        effect: 'Allow',
        actions: ['logs:DescribeLogGroups'],
        resources: ['*'],
        reason: `${asked}: EMR Serverless looks whether the log group is there; the action knows no resources.`
      }
    );
  }

  private where(...path: (string | number)[]): string {
    return where(path, this.options.lineOf);
  }
}
