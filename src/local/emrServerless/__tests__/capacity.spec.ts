import { readDemand, sparkDefaults, takeWorkers, total } from '../demand';
import { JobQueue } from '../queue';
import { Ledger, readResources } from '../resources';

const SMALL = {
  'spark.driver.cores': '1',
  'spark.driver.memory': '2g',
  'spark.executor.cores': '1',
  'spark.executor.memory': '2g',
  'spark.executor.instances': '1'
};

function application(cpu: number, schedulerConfiguration?: { maxConcurrentRuns?: number }) {
  const made = {
    spec: { schedulerConfiguration },
    released: new Set<() => void>(),
    ledger: new Ledger(() => readResources({ cpu: `${cpu} vCPU`, memory: '1000 GB' }))
  };
  const queue = new JobQueue(made);
  /** What JobRun does when it ends. */
  const end = (job: object) => {
    queue.leave(job);
    made.ledger.release(job);
    made.released.forEach(listener => listener());
  };
  return { ...made, queue, end };
}

/** Whether a promise has been settled by now. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>(resolve => setImmediate(() => resolve(false)))]);
}

describe('readDemand', () => {
  it('has the defaults of EMR Serverless', () => {
    const worker = { cpu: 4, memory: 16, disk: 20 };
    expect(readDemand({})).toEqual({ driver: worker, executor: worker, executors: 3, least: 1 });
  });

  it('adds the overhead and rounds up to a worker that there is', () => {
    const { driver, executor } = readDemand({
      'spark.driver.cores': '2',
      'spark.driver.memory': '4g',
      'spark.executor.cores': '8',
      'spark.executor.memory': '17408m',
      'spark.executor.memoryOverhead': '512'
    });
    expect([driver.memory, executor.memory]).toEqual([5, 20]);
  });

  it.each([
    [{ 'spark.executor.instances': '7' }, [7, 7]],
    [{ 'spark.dynamicAllocation.maxExecutors': '2' }, [2, 1]],
    [{ 'spark.dynamicAllocation.minExecutors': '5' }, [5, 5]],
    [{ 'spark.dynamicAllocation.enabled': 'false' }, [3, 3]]
  ])('of %j begins with %j executors', (conf, expected) => {
    const { executors, least } = readDemand(conf);
    expect([executors, least]).toEqual(expected);
  });

  it.each([
    [{ 'spark.driver.cores': '3' }, 'Driver cores 3'],
    [{ 'spark.executor.cores': '1' }, 'Executor memory 16 GB'],
    [{ 'spark.emr-serverless.executor.disk': '500g' }, 'Executor disk 500 GB'],
    [{ 'spark.driver.memory': 'much' }, 'Driver memory NaN GB']
  ])('refuses the worker of %j', (conf, message) => {
    expect(() => readDemand(conf)).toThrow(message);
  });

  it('reads spark-defaults, the later above the earlier', () => {
    const defaults = (value: string) => [
      { classification: 'spark-defaults', properties: { 'spark.driver.cores': value } }
    ];
    expect(sparkDefaults(defaults('1'), undefined, defaults('2'))).toEqual({ 'spark.driver.cores': '2' });
  });
});

describe('takeWorkers', () => {
  it('begins with fewer executors where there is no room for all, but not with none', () => {
    const ledger = new Ledger(() => readResources({ cpu: '12 vCPU', memory: '64 GB' }));
    expect(takeWorkers(ledger, {}, readDemand({}))).toMatchObject({ executors: 2 });
    expect(ledger.used.cpu).toBe(12);
    expect(takeWorkers(ledger, {}, readDemand(SMALL))).toBe('later');
  });

  it.each([
    ['vCPU', '4 vCPU', '64 GB', undefined],
    ['memory', '64 vCPU', '16 GB', undefined],
    ['disk', '64 vCPU', '64 GB', '30 GB']
  ])('says never where the maximum of %s is too small for a driver and an executor', (_what, cpu, memory, disk) => {
    const ledger = new Ledger(() => readResources({ cpu, memory, ...(disk ? { disk } : {}) }));
    expect(takeWorkers(ledger, {}, readDemand({}))).toBe('never');
  });
});

describe('JobQueue', () => {
  const demand = readDemand(SMALL);

  it('lets jobs wait for room, first come, first served', async () => {
    const { queue, end, ledger } = application(4, {});
    const [a, b, c, d] = [{}, {}, {}, {}];
    expect([queue.enter(a, demand), queue.enter(b, demand)].map(given => total(given as never).cpu)).toEqual([2, 2]);
    const big = queue.enter(c, readDemand({ ...SMALL, 'spark.executor.instances': '3' })) as Promise<unknown>;
    const small = queue.enter(d, demand) as Promise<unknown>;
    end(a);
    // There would be room for the small one; the big one came first.
    expect([await settled(big), await settled(small)]).toEqual([false, false]);
    end(b);
    expect([await settled(big), await settled(small), ledger.used.cpu]).toEqual([true, false, 4]);
    end(c);
    expect(await settled(small)).toBe(true);
  });

  it('lets nobody pass who came later, though there is room for it', async () => {
    const { queue, end } = application(4, {});
    const [a, b] = [{}, {}];
    void queue.enter(a, demand);
    void queue.enter(b, readDemand({ ...SMALL, 'spark.executor.instances': '3' }));
    const small = Promise.resolve(queue.enter({}, demand)) as Promise<unknown>;
    expect(await settled(small)).toBe(false);
    end(b);
    expect(await settled(small)).toBe(true);
  });

  it('keeps to the number of runs at once', async () => {
    const { queue, end } = application(100, { maxConcurrentRuns: 1 });
    const [a, b] = [{}, {}];
    void queue.enter(a, demand);
    const second = queue.enter(b, demand) as Promise<unknown>;
    expect(await settled(second)).toBe(false);
    end(a);
    expect(await settled(second)).toBe(true);
  });

  it('says never at once to what never fits, whoever waits', () => {
    const { queue } = application(2, {});
    void queue.enter({}, demand);
    void queue.enter({}, demand);
    expect(queue.enter({}, readDemand({}))).toBe('never');
  });

  it('forgets who was cancelled while it waited', async () => {
    const { queue, end } = application(2, {});
    const [a, b, c] = [{}, {}, {}];
    void queue.enter(a, demand);
    const cancelled = queue.enter(b, demand) as Promise<unknown>;
    const next = queue.enter(c, demand) as Promise<unknown>;
    queue.leave(b);
    end(a);
    expect([await settled(cancelled), await settled(next)]).toEqual([false, true]);
  });

  it('does not queue where the application does not', () => {
    const { queue } = application(2);
    void queue.enter({}, demand);
    expect(queue.enter({}, demand)).toBe('full');
  });
});
