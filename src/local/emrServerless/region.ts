/** EMR Serverless of one region: its applications, and what runs on them. */
import type { StartJobRunRequest } from '@aws-sdk/client-emr-serverless';
import { join } from 'node:path';

import type { Clock } from '../clock';
import type { ILivySite } from '../emr/clusters';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import type { IAccess } from './access';
import { Application, type ApplicationSpec } from './application';
import { JobRun, type IJobSite } from './jobRun';
import { LivyApplication } from './livyApplication';
import { JobQueue } from './queue';
import { Tokens } from './tokens';

/** An application with what runs on it. */
export interface IHosted {
  application: Application;
  livy: LivyApplication;
  queue: JobQueue;
  runs: Map<string, JobRun>;
}

export class ServerlessRegion {
  readonly applicationTokens = new Tokens<Application>();
  readonly runTokens = new Tokens<JobRun>();
  private readonly hosted = new Map<string, IHosted>();
  private readonly jobSite: IJobSite;

  /** @param eventDir - folder of Spark's event logs */
  constructor(
    readonly name: string,
    private readonly clock: Clock,
    private readonly site: ILivySite,
    access: IAccess,
    private readonly eventDir: string
  ) {
    const { python, javaHome, workDir } = site;
    this.jobSite = {
      clock,
      access,
      region: name,
      python,
      ...(javaHome ? { javaHome } : {}),
      workDir: join(workDir, 'jobs'),
      eventDir
    };
  }

  create(spec: ApplicationSpec): Application {
    const application = new Application(spec, this.name, ACCOUNT_ID, this.clock);
    this.hosted.set(application.id, {
      application,
      livy: new LivyApplication(application, this.site, this.eventDir),
      queue: new JobQueue(application),
      runs: new Map()
    });
    return application;
  }

  startRun({ application, queue, runs }: IHosted, request: StartJobRunRequest, createdBy: string): JobRun {
    const run = new JobRun(application, request, createdBy, queue, this.jobSite);
    runs.set(run.id, run);
    return run;
  }

  /** Newest first. */
  list(): Application[] {
    return [...this.hosted.values()].map(({ application }) => application).reverse();
  }

  find(id: string): IHosted | undefined {
    return this.hosted.get(id);
  }

  /** @throws AwsError `ResourceNotFoundException` */
  get(id: string): IHosted {
    const found = this.hosted.get(id);
    if (!found) {
      throw notFound(`Application ${id} does not exist`);
    }
    return found;
  }

  async dispose(): Promise<void> {
    await Promise.all(
      [...this.hosted.values()].flatMap(({ application, livy, runs }) => {
        application.dispose();
        return [livy.close(), ...[...runs.values()].map(run => run.dispose())];
      })
    );
  }
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404);
}
