/** Who of an application's jobs begins when: first come, first served, within the maximum and the number of runs at once. */
import type { SchedulerConfiguration } from '@aws-sdk/client-emr-serverless';

import { takeWorkers, type IDemand, type IWorkers } from './demand';
import type { Ledger } from './resources';

const CONCURRENT_RUNS = 15;

interface IWaiting {
  holder: object;
  demand: IDemand;
  admit: (workers: IWorkers) => void;
}

/** As far as a queue looks at an application. */
export interface IQueued {
  ledger: Ledger;
  released: Set<() => void>;
  spec: { schedulerConfiguration?: SchedulerConfiguration };
}

export class JobQueue {
  private readonly waiting: IWaiting[] = [];
  private readonly admitted = new Set<object>();

  constructor(private readonly application: IQueued) {
    application.released.add(() => this.pump());
  }

  /**
   * Take workers for a run.
   *
   * @returns what it got; `never`: it asks for more than the maximum; `full`: others have it, and this application does
   * not queue; a promise: it waits, until it is {@link leave | taken out}
   */
  enter(holder: object, demand: IDemand): IWorkers | 'never' | 'full' | Promise<IWorkers> {
    const queues = this.application.spec.schedulerConfiguration !== undefined;
    const workers = queues && (this.waiting.length > 0 || this.crowded) ? 'later' : this.take(holder, demand);
    if (workers === 'never' || !this.possible(demand)) {
      return 'never';
    }
    if (workers !== 'later') {
      return workers;
    }
    return queues ? new Promise(admit => this.waiting.push({ holder, demand, admit })) : 'full';
  }

  /** It has ended, or waits no longer. */
  leave(holder: object): void {
    this.admitted.delete(holder);
    const index = this.waiting.findIndex(item => item.holder === holder);
    if (index >= 0) {
      this.waiting.splice(index, 1);
    }
    this.pump();
  }

  private get crowded(): boolean {
    return this.admitted.size >= (this.application.spec.schedulerConfiguration?.maxConcurrentRuns ?? CONCURRENT_RUNS);
  }

  private possible({ driver, executor, least }: IDemand): boolean {
    return this.application.ledger.possible({
      cpu: driver.cpu + executor.cpu * least,
      memory: driver.memory + executor.memory * least,
      disk: driver.disk + executor.disk * least
    });
  }

  private take(holder: object, demand: IDemand): IWorkers | 'never' | 'later' {
    const workers = takeWorkers(this.application.ledger, holder, demand);
    if (typeof workers !== 'string') {
      this.admitted.add(holder);
    }
    return workers;
  }

  private pump(): void {
    while (this.waiting.length > 0 && !this.crowded) {
      const { holder, demand, admit } = this.waiting[0];
      const workers = this.take(holder, demand);
      if (typeof workers === 'string') {
        return;
      }
      this.waiting.shift();
      admit(workers);
    }
  }
}
