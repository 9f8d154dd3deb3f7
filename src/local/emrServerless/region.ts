/** EMR Serverless of one region: its applications, and what runs on them. */
import type { Clock } from '../clock';
import type { ILivySite } from '../emr/clusters';
import { AwsError } from '../errors';
import { ACCOUNT_ID } from '../identity';
import { Application, type ApplicationSpec } from './application';
import { LivyApplication } from './livyApplication';
import { Tokens } from './tokens';

/** An application with what runs on it. */
export interface IHosted {
  application: Application;
  livy: LivyApplication;
}

export class ServerlessRegion {
  readonly applicationTokens = new Tokens<Application>();
  private readonly hosted = new Map<string, IHosted>();

  constructor(
    readonly name: string,
    private readonly clock: Clock,
    private readonly site: ILivySite
  ) {}

  create(spec: ApplicationSpec): Application {
    const application = new Application(spec, this.name, ACCOUNT_ID, this.clock);
    this.hosted.set(application.id, { application, livy: new LivyApplication(application, this.site) });
    return application;
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
      [...this.hosted.values()].map(async ({ application, livy }) => {
        application.dispose();
        await livy.close();
      })
    );
  }
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, 404);
}
