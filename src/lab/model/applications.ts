import { Poll } from '@lumino/polling';

import type { IApplicationList } from '../../protocol';
import { PASSING_STATES } from '../../protocol';
import type { IApplications, IControl } from '../tokens';
import { WatchedModel } from './watched';

/** Milliseconds between two looks; while an application starts or stops. */
const INTERVAL = 60_000;
const PASSING_INTERVAL = 2000;
const MOST_INTERVAL = 300_000;

/** The list of EMR Serverless applications. AWS pushes nothing of them: it is looked at from time to time. */
export class ApplicationsModel extends WatchedModel<IApplicationList> implements IApplications {
  constructor(control: IControl) {
    super(control);
    this._poll = new Poll({
      auto: false,
      name: 'jupyterlab-emr:applications',
      standby: 'when-hidden',
      frequency: { interval: INTERVAL, backoff: true, max: MOST_INTERVAL },
      factory: async () => {
        await this.refresh();
        if (this.error) {
          // Later each time.
          throw new Error(this.error.message);
        }
      }
    });
  }

  async startApplication(application: string): Promise<void> {
    await this.control.request('applications.start', { application });
    await this._poll.refresh();
  }

  async stopApplication(application: string): Promise<void> {
    await this.control.request('applications.stop', { application });
    await this._poll.refresh();
  }

  override dispose(): void {
    this._poll.dispose();
    super.dispose();
  }

  protected override async watch(): Promise<void> {
    await this.ask();
    // Not at once, which starting it would mean.
    void this._poll.schedule({ phase: 'started', interval: this._poll.frequency.interval });
  }

  protected override async ask(): Promise<void> {
    this.take(await this.control.request('applications.list', {}));
  }

  protected override onList({ applications }: IApplicationList): void {
    const passing = applications.some(({ state }) => PASSING_STATES.includes(state));
    this._poll.frequency = { ...this._poll.frequency, interval: passing ? PASSING_INTERVAL : INTERVAL };
  }

  private readonly _poll: Poll;
}
