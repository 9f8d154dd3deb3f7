/**
 * Makes a pipeline in AWS, or changes what differs. Each step looks first at what is there: running it again goes on
 * where it failed, and changes nothing where nothing differs.
 */
import { randomUUID } from 'node:crypto';

import type { Application, GetScheduleCommandOutput, IAwsContext, ILogGroup, IRole } from '../aws';
import {
  callerIdentity,
  deleteObject,
  deleteSchedule,
  getRolePolicy,
  headObject,
  listObjects,
  putObject
} from '../aws';
import type { ISiteConfig } from '../config';
import type { IDeployment, IDeployStep } from '../protocol';
import { EmrError, errorInfo } from '../protocol';
import type { IAlarms } from './alarms';
import { ensureAlarms, findAlarms } from './alarms';
import {
  applicationChanges,
  applicationShape,
  changeApplication,
  findApplication,
  makeApplication,
  removeApplication,
  retagApplication,
  shapeThere
} from './application';
import type { IDeploymentRecord } from './deployment';
import { readDeployment, writeDeployment } from './deployment';
import { same } from './diff';
import { ensureLogGroup, findLogGroup } from './logGroup';
import { DEPLOYMENT_TAG, artifactsUri, deploymentUri, ourTags, sha256 } from './names';
import { archiveKey, buildArchive, checkPackages } from './packages';
import { FULL_TABLE_ACCESS_LEFT, imageLeft, lintRole, planRole, planSchedulerRole } from './policy';
import { syntaxError } from './python';
import { platformOf, unknownRelease } from './release';
import { ensureRole, findRole, foreignPolicies, orTemplate, wantedRole } from './role';
import { findSchedule, putSchedule, scheduleChanges, scheduleInput, writable } from './schedule';
import type { IStepResult } from './steps';
import { Steps, leftText } from './steps';
import type { IPipeline, IPlace, IRolePlan } from './types';

/** What is deployed, where, and who listens. */
export interface IDeployOptions {
  pipeline: IPipeline;
  /** Text of the script. */
  script: string;
  aws: IAwsContext;
  site: ISiteConfig;
  pollMs: number;
  onSteps?: (steps: IDeployStep[]) => void;
  /** Where a step fails, take back what was done. */
  undoOnFailure?: boolean;
  /** Look, and make nothing: the steps say what would be done. */
  dryRun?: boolean;
  signal?: AbortSignal;
}

/** Everything that is there before a deployment. */
interface IThere {
  place: IPlace;
  application?: Application;
  role?: IRole;
  schedulerRole?: IRole;
  schedule?: GetScheduleCommandOutput;
  logGroup?: ILogGroup;
  alarms: IAlarms;
  record?: IDeploymentRecord;
}

const STEPS = [
  ['validate', 'Everything is checked, nothing is made yet'],
  ['application', 'Application'],
  ['role', 'Role of the runs'],
  ['logGroup', 'Log group'],
  ['packages', 'Packages'],
  ['script', 'Script'],
  ['manifest', 'What was deployed is written down'],
  ['alarms', 'Alarms'],
  ['schedulerRole', 'Role of the schedule'],
  ['schedule', 'Schedule']
] as const;

/**
 * Deploy.
 *
 * @throws EmrError what failed; the steps say how far it came, and whether it was taken back
 */
export async function deploy(options: IDeployOptions): Promise<IDeployment> {
  return new Deployment(options).run();
}

/** What AWS says of where we are. */
export async function placeOf(aws: IAwsContext, site: ISiteConfig, signal?: AbortSignal): Promise<IPlace> {
  const { accountId, region, arn } = await callerIdentity(aws, signal);
  const boundary = site.pipelines?.permissionsBoundary;
  return {
    accountId,
    region,
    partition: arn.split(':')[1] ?? 'aws',
    ...(boundary ? { permissionsBoundary: boundary } : {})
  };
}

class Deployment {
  private readonly steps: Steps;
  private readonly pipeline: IPipeline;
  private readonly aws: IAwsContext;
  private readonly left: string[] = [];
  private readonly dry: boolean;
  /** What the archive is made of, once it was looked up. */
  private wanted?: string[];

  constructor(private readonly options: IDeployOptions) {
    this.pipeline = options.pipeline;
    this.aws = options.aws;
    this.dry = options.dryRun ?? false;
    this.steps = new Steps(STEPS, options.onSteps, options.signal);
  }

  async run(): Promise<IDeployment> {
    try {
      return await this.all();
    } catch (error) {
      if (this.options.undoOnFailure) {
        await this.steps.undo();
      }
      throw this.withWhatIsLeft(error);
    }
  }

  /** Whoever hears of the failure hears what was done until then. */
  private withWhatIsLeft(error: unknown): unknown {
    const left = this.dry ? undefined : leftText(this.steps.list, this.pipeline.name);
    return error instanceof EmrError && left
      ? new EmrError({ ...errorInfo(error), message: `${error.message} ${left}` }, { cause: error })
      : error;
  }

  private async all(): Promise<IDeployment> {
    const { pipeline, aws, steps } = this;
    const there = await steps.run('validate', async () => ({
      status: 'unchanged',
      value: await this.validate(),
      detail: ['in order', unknownRelease(pipeline.release)].filter(Boolean).join('; ')
    }));
    const applicationId = await steps.run('application', () => this.application(there));
    const place: IPlace = { ...there.place, ...(applicationId ? { applicationId } : {}) };
    const plan = planRole(pipeline, place);
    const roleArn = await steps.run('role', () =>
      this.role('role', plan, there.role, `Runs of the pipeline ${pipeline.name}`)
    );
    await steps.run('logGroup', () => ensureLogGroup(aws, pipeline, there.logGroup, this.making('logGroup')));
    const archive = await steps.run('packages', () => this.packages(there));
    const scriptSha = sha256(this.options.script);
    const scriptUri = await steps.run('script', () => this.upload(scriptAddress(pipeline, this.options.script)));
    const record: IDeploymentRecord = {
      version: 1,
      pipeline,
      applicationId,
      roleArn,
      scriptUri,
      scriptSha,
      ...archive
    };
    await steps.run('manifest', () => this.manifest(record, there));
    await steps.run('alarms', () => ensureAlarms(aws, pipeline, applicationId, there.alarms, this.making('alarms')));
    const scheduleArn = await this.schedule(record, place, there);
    this.tellLeft(plan, place, there.role ? await foreignPolicies(aws, plan.roleName, this.options.signal) : []);
    return {
      pipeline: pipeline.name,
      region: place.region,
      applicationId,
      roleArn,
      scriptUri,
      ...(archive.archiveUri ? { archiveUri: archive.archiveUri } : {}),
      ...(scheduleArn ? { scheduleArn } : {}),
      steps: steps.list,
      left: this.left
    };
  }

  /** How a step's helper makes things: not at all in a dry run, and each with its way back. */
  private making(step: string): { dry: boolean; remember: (undo: () => Promise<void>) => void } {
    return { dry: this.dry, remember: undo => this.steps.remember(step, undo) };
  }

  /** Looks at everything, makes nothing. */
  private async validate(): Promise<IThere> {
    const { pipeline, aws } = this;
    const { signal, site, script } = this.options;
    const syntax = await syntaxError(script, signal);
    if (syntax) {
      throw new EmrError({
        code: 'ScriptSyntaxError',
        hop: 'config',
        message: `${pipeline.script}, line ${syntax.line}: ${syntax.message}.`,
        fix: 'Correct the notebook’s cell or the script, and deploy again. Nothing was made.'
      });
    }
    const place = await placeOf(aws, site, signal);
    const plan = planRole(pipeline, place);
    const errors = lintRole(plan).filter(({ severity }) => severity === 'error');
    if (errors.length > 0) {
      throw new EmrError({
        code: 'PolicyRefused',
        hop: 'iam',
        message: `The policy linter refuses the role, and nothing was made: ${errors.map(({ sid, message }) => `${sid}: ${message}`).join(' ')}`,
        fix: 'Name the data more closely in the pipeline’s inputs and outputs.'
      });
    }
    const schedulerPlan = planSchedulerRole(pipeline, place);
    const [application, role, schedulerRole, schedule, record, logGroup] = await Promise.all([
      findApplication(aws, pipeline.name, signal),
      findRole(aws, plan.roleName, pipeline.name, signal),
      findRole(aws, schedulerPlan.roleName, pipeline.name, signal),
      findSchedule(aws, pipeline.name, signal),
      readDeployment(aws, deploymentUri(pipeline), signal),
      findLogGroup(aws, pipeline, signal),
      // Says that the bucket is missing, or out of reach, while nothing is made.
      listObjects(aws, artifactsUri(pipeline), 1, signal)
    ]);
    // Asked for only where there may be some: not everybody may look.
    const alarms = (pipeline.alarms ?? record?.pipeline.alarms) ? await findAlarms(aws, pipeline.name, signal) : {};
    const platform = platformOf(pipeline.release, site);
    if (!pipeline.image && record?.archiveKey !== archiveKey(pipeline, platform)) {
      this.wanted = await checkPackages(pipeline, platform, signal);
    }
    return {
      place,
      alarms,
      ...(logGroup ? { logGroup } : {}),
      ...(application ? { application } : {}),
      ...(role ? { role } : {}),
      ...(schedulerRole ? { schedulerRole } : {}),
      ...(schedule ? { schedule } : {}),
      ...(record ? { record } : {})
    };
  }

  private async application({ application }: IThere): Promise<IStepResult<string>> {
    const { pipeline, aws, dry } = this;
    const { signal, pollMs } = this.options;
    const shape = applicationShape(pipeline);
    if (!application) {
      if (dry) {
        return { status: 'created', detail: `${pipeline.name} would be made`, value: '' };
      }
      const { applicationId } = await makeApplication(aws, pipeline, randomUUID());
      const undo = () => removeApplication(aws, applicationId, pollMs);
      const oldest = await findApplication(aws, pipeline.name);
      if (oldest?.applicationId && oldest.applicationId !== applicationId) {
        // A colleague deploys the same pipeline at this moment, and was first: there is one application, theirs.
        await undo();
        return {
          status: 'unchanged',
          detail: `${pipeline.name} (${oldest.applicationId})`,
          value: oldest.applicationId
        };
      }
      return { status: 'created', detail: `${pipeline.name} (${applicationId})`, value: applicationId, undo };
    }
    const id = application.applicationId ?? '';
    const changes = applicationChanges(shape, application);
    const tags = Object.entries(ourTags(pipeline)).filter(([key, value]) => application.tags?.[key] !== value);
    const told = [...changes, ...tags.map(([key]) => `tag ${key}`)];
    if (told.length === 0) {
      return { status: 'unchanged', detail: `${pipeline.name} (${id})`, value: id };
    }
    if (!dry) {
      if (changes.length > 0) {
        await changeApplication(aws, id, shape, randomUUID(), pollMs, signal);
        const before = shapeThere(application, shape);
        this.steps.remember('application', () => changeApplication(aws, id, before, randomUUID(), pollMs));
      }
      await retagApplication(aws, application, ourTags(pipeline));
    }
    return { status: 'changed', detail: told.join('; '), value: id };
  }

  private async role(
    step: 'role' | 'schedulerRole',
    plan: IRolePlan,
    there: IRole | undefined,
    description: string
  ): Promise<IStepResult<string>> {
    const { pipeline, aws, dry } = this;
    const { signal } = this.options;
    const wanted = wantedRole(plan, description, ourTags(pipeline));
    if (dry) {
      if (!there) {
        return { status: 'created', detail: `${plan.roleName} would be made`, value: '' };
      }
      const policy = await getRolePolicy(aws, plan.roleName, plan.roleName, signal);
      return same(policy, wanted.policy) && same(there.trust, wanted.trust)
        ? { status: 'unchanged', detail: plan.roleName, value: there.arn }
        : { status: 'changed', detail: `${plan.roleName}: policy or trust`, value: there.arn };
    }
    const { remember } = this.making(step);
    const { arn, changes, created } = await ensureRole(aws, wanted, there, remember).catch((error: unknown) => {
      throw orTemplate(error, this.pipeline.name);
    });
    return {
      status: created ? 'created' : changes.length > 0 ? 'changed' : 'unchanged',
      detail: created || changes.length === 0 ? plan.roleName : `${plan.roleName}: ${changes.join(', ')}`,
      value: arn
    };
  }

  private async packages({
    record
  }: IThere): Promise<IStepResult<Pick<IDeploymentRecord, 'archiveUri' | 'archiveKey'>>> {
    const { pipeline, aws, dry } = this;
    const { signal, site } = this.options;
    if (pipeline.image) {
      return { status: 'skipped', detail: `the image ${pipeline.image} has its own`, value: {} };
    }
    if (pipeline.packages.length === 0) {
      return { status: 'skipped', detail: 'none are asked for', value: {} };
    }
    const platform = platformOf(pipeline.release, site);
    const key = archiveKey(pipeline, platform);
    if (record?.archiveKey === key && record.archiveUri && (await headObject(aws, record.archiveUri, signal))) {
      return {
        status: 'unchanged',
        detail: record.archiveUri,
        value: { archiveUri: record.archiveUri, archiveKey: key }
      };
    }
    if (dry) {
      return { status: 'created', detail: 'an archive would be made', value: {} };
    }
    const archive = await buildArchive({ ...pipeline, packages: this.wanted ?? pipeline.packages }, platform, signal);
    const uri = `${artifactsUri(pipeline)}packages/${sha256(archive)}/environment.tar.gz`;
    const isThere = await headObject(aws, uri, signal);
    if (!isThere) {
      await putObject(aws, uri, archive, { contentType: 'application/gzip', ...(signal ? { signal } : {}) });
    }
    return {
      status: isThere ? 'unchanged' : 'created',
      detail: `${uri} (${(archive.length / 1e6).toFixed(1)} MB, Python ${platform.python}, ${pipeline.architecture})`,
      value: { archiveUri: uri, archiveKey: key },
      undo: isThere ? undefined : () => deleteObject(aws, uri)
    };
  }

  private async upload(uri: string): Promise<IStepResult<string>> {
    const { aws, dry } = this;
    const { signal, script } = this.options;
    if (await headObject(aws, uri, signal)) {
      return { status: 'unchanged', detail: uri, value: uri };
    }
    if (!dry) {
      await putObject(aws, uri, script, { contentType: 'text/x-python' });
    }
    return { status: 'created', detail: uri, value: uri, undo: () => deleteObject(aws, uri) };
  }

  private async manifest(record: IDeploymentRecord, there: IThere): Promise<IStepResult<void>> {
    const { pipeline, aws, dry } = this;
    const { signal } = this.options;
    const uri = deploymentUri(pipeline);
    const tags = { ...ourTags(pipeline), [DEPLOYMENT_TAG]: uri };
    const tagged = there.application?.tags?.[DEPLOYMENT_TAG] === uri;
    if (tagged && there.record && same(there.record, record)) {
      return { status: 'unchanged', detail: uri, value: undefined };
    }
    const { record: before } = there;
    if (!dry) {
      const now = await readDeployment(aws, uri, signal);
      if (!same(now ?? null, before ?? null) && !same(now ?? null, record)) {
        throw new EmrError({
          code: 'DeployedMeanwhile',
          hop: 's3',
          message: `Somebody else deployed ${pipeline.name} while this went on: ${uri} has changed.`,
          fix: 'Agree on whose it is to be; then deploy again.'
        });
      }
      await writeDeployment(aws, uri, record);
      this.steps.remember('manifest', () => (before ? writeDeployment(aws, uri, before) : deleteObject(aws, uri)));
      const arn = applicationArn(there.place, record.applicationId);
      await retagApplication(aws, { ...there.application, arn } as Application, tags);
    }
    return { status: before ? 'changed' : 'created', detail: uri, value: undefined };
  }

  private async schedule(record: IDeploymentRecord, place: IPlace, there: IThere): Promise<string | undefined> {
    const { pipeline, aws, steps, dry } = this;
    const { signal } = this.options;
    if (!pipeline.schedule) {
      const { schedule, schedulerRole } = there;
      await steps.run('schedule', async () => {
        if (!schedule) {
          return { status: 'skipped', detail: 'the pipeline has none', value: undefined };
        }
        if (!dry) {
          await deleteSchedule(aws, schedule.Name ?? '');
        }
        const undo = () => putSchedule(aws, writable(schedule), undefined, randomUUID()).then(() => undefined);
        return { status: 'removed', detail: schedule.Name ?? '', value: undefined, undo };
      });
      await steps.run('schedulerRole', () =>
        Promise.resolve({
          status: 'skipped',
          detail: schedulerRole ? `${schedulerRole.name} stays, for the next schedule` : 'no schedule, no role',
          value: undefined
        })
      );
      return undefined;
    }
    const plan = planSchedulerRole(pipeline, place);
    const roleArn = await steps.run('schedulerRole', () =>
      this.role(
        'schedulerRole',
        plan,
        there.schedulerRole,
        `EventBridge Scheduler starts runs of the pipeline ${pipeline.name}`
      )
    );
    const wanted = scheduleInput(record, roleArn, place.partition);
    return steps.run('schedule', async () => {
      const { schedule } = there;
      const changes = schedule && wanted ? scheduleChanges(wanted, schedule) : undefined;
      if (!wanted || changes?.length === 0) {
        return { status: 'unchanged', detail: pipeline.schedule?.expression ?? '', value: schedule?.Arn ?? '' };
      }
      const arn = dry ? '' : await putSchedule(aws, wanted, schedule, randomUUID(), signal);
      return {
        status: changes ? 'changed' : 'created',
        detail: `${wanted.ScheduleExpression} (${wanted.ScheduleExpressionTimezone})${changes ? `: ${changes.join(', ')}` : ''}`,
        value: arn,
        undo: async () => {
          if (schedule) {
            await putSchedule(aws, writable(schedule), schedule, randomUUID());
          } else {
            await deleteSchedule(aws, wanted.Name ?? '');
          }
        }
      };
    });
  }

  /** What the API way does not do. */
  private tellLeft(plan: IRolePlan, place: IPlace, foreign: readonly string[]): void {
    const { alarms } = this.pipeline;
    this.left.push(...imageLeft(this.pipeline, place));
    if (plan.lakeFormation.length > 0) {
      this.left.push(FULL_TABLE_ACCESS_LEFT);
    }
    for (const grant of plan.lakeFormation) {
      const on = grant.expression
        ? `the LF-Tags ${Object.entries(grant.expression)
            .map(([key, values]) => `${key}=${values.join('|')}`)
            .join(', ')}`
        : (grant.table ?? 'the data');
      this.left.push(`Lake Formation has to grant ${grant.permissions.join(', ')} on ${on} to ${plan.roleName}.`);
    }
    if (foreign.length > 0) {
      this.left.push(
        `The role ${plan.roleName} also has policies that this pipeline did not make: ${foreign.join(', ')}. Runs may do more than the file says; take them away in IAM.`
      );
    }
    if (alarms) {
      this.left.push(
        `The policy of the topic ${alarms.snsTopicArn} has to let events.amazonaws.com and cloudwatch.amazonaws.com publish.`
      );
    }
  }
}

/** ARN of an application. */
function applicationArn({ partition, region, accountId }: IPlace, id: string): string {
  return `arn:${partition}:emr-serverless:${region}:${accountId}:/applications/${id}`;
}

/** Where a script goes: by its content, so that a run always has the script that it was started with. */
export function scriptAddress(pipeline: IPipeline, text: string): string {
  const name = pipeline.script.split(/[\\/]/).at(-1) ?? `${pipeline.name}.py`;
  return `${artifactsUri(pipeline)}scripts/${sha256(text)}/${name}`;
}
