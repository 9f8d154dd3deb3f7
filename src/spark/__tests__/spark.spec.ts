import http from 'node:http';

import { SparkMonitor, StatementJobs, TimeLeft, failureCause } from '..';

import type { AddressInfo } from 'node:net';

/** A driver's UI that answers what it is told to. */
class FakeUi {
  readonly asked: string[] = [];
  readonly answers: Record<string, unknown> = { '/api/v1/applications': [{ id: 'app-1' }] };
  private readonly server = http.createServer((request, response) => {
    const path = (request.url ?? '').replace(/^.api.v1.applications.app-1./, '');
    this.asked.push(path);
    const answer = this.answers[path];
    if (typeof answer === 'string') {
      response.writeHead(302, { location: answer }).end();
    } else if (answer === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    } else if (answer !== null) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    }
  });

  async start(): Promise<string> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }
}

const job = (jobId: number, status: string, more: object = {}) => ({
  jobId,
  jobGroup: '7',
  status,
  stageIds: [jobId * 2, jobId * 2 + 1],
  numTasks: 10,
  ...more
});

describe('the monitoring API', () => {
  let ui: FakeUi;
  let url: string;
  let monitor: SparkMonitor;

  beforeEach(async () => {
    ui = new FakeUi();
    url = await ui.start();
    monitor = new SparkMonitor(() => Promise.resolve([{ url: 'http://127.0.0.1:1/none' }, { url, app: 'app-1' }]));
  });

  afterEach(() => ui.stop());

  it('adds up the jobs of one statement, those too that it did not see running', async () => {
    const jobs = new StatementJobs(monitor, 7);
    ui.answers['jobs?status=running'] = [
      job(3, 'RUNNING', { numCompletedTasks: 4, numActiveTasks: 2, numFailedTasks: 1, numCompletedStages: 0 }),
      { ...job(4, 'RUNNING'), jobGroup: '8' }
    ];
    expect(await jobs.look()).toEqual({
      jobs: { done: 0, total: 1 },
      stages: { done: 0, total: 2 },
      tasks: { done: 4, total: 10, active: 2, failed: 1 }
    });
    ui.answers['jobs?status=running'] = [job(6, 'RUNNING', { numCompletedTasks: 1, numSkippedTasks: 5 })];
    ui.answers['jobs/3'] = job(3, 'SUCCEEDED', { numCompletedTasks: 10, numCompletedStages: 2 });
    ui.answers['jobs/4'] = { ...job(4, 'SUCCEEDED'), jobGroup: '8' };
    ui.answers['jobs/5'] = job(5, 'SUCCEEDED', { numCompletedTasks: 10, numCompletedStages: 1, numSkippedStages: 1 });
    expect(await jobs.look()).toEqual({
      jobs: { done: 2, total: 3 },
      stages: { done: 4, total: 6 },
      tasks: { done: 21, total: 25, active: 0, failed: 0 }
    });
    ui.asked.length = 0;
    await jobs.look();
    expect(ui.asked).toEqual(['jobs?status=running']);
  });

  it('tells nothing where there is no driver, and does not ask again at once', async () => {
    await ui.stop();
    let asked = 0;
    const none = new SparkMonitor(() => Promise.resolve((asked++, [{ url }])));
    expect(await new StatementJobs(none, 7).look()).toBeUndefined();
    expect(await new StatementJobs(none, 7).look()).toBeUndefined();
    expect(asked).toBe(1);
    ui = new FakeUi();
    await ui.start();
  });

  it('follows a proxy’s redirection, not for ever', async () => {
    ui.answers['/proxy/api/v1/applications'] = '/api/v1/applications';
    ui.answers['/loop/api/v1/applications'] = '/loop/api/v1/applications';
    const first = new SparkMonitor(() => Promise.resolve([{ url: `${url}/loop` }, { url: `${url}/proxy/` }]));
    ui.answers['/proxy/api/v1/applications/app-1/jobs?status=running'] = [];
    expect(await first.runningJobs()).toEqual([]);
  });

  it('says why a job failed: stage, first task, lost executors', async () => {
    ui.answers['jobs?status=failed'] = [job(1, 'FAILED'), { ...job(2, 'FAILED'), jobGroup: '8' }];
    ui.answers['stages?status=failed'] = [
      { stageId: 3, attemptId: 1, name: 'count at <cell-1a2b3c4d>:3', numTasks: 8, numFailedTasks: 4 },
      { stageId: 4, attemptId: 0, name: 'of another' }
    ];
    ui.answers['stages/3/1/taskList?status=failed&length=100'] = [
      { taskId: 12, index: 5, status: 'FAILED', launchTime: '2026-01-01T00:00:02', errorMessage: 'later' },
      {
        taskId: 11,
        index: 2,
        attempt: 1,
        status: 'FAILED',
        executorId: '4',
        host: 'ip-10-0-0-7',
        launchTime: '2026-01-01T00:00:01',
        errorMessage:
          'PythonException: Traceback\n  File "/x/pyspark/worker.py", line 1, in main\n    process()\n  File "<cell-1a2b3c4d>", line 2, in f\nValueError: naïve\n\n\tat org.apache.spark.A.b(A.scala:1)\n\t... 1 more\n'
      }
    ];
    ui.answers['allexecutors'] = [
      { id: 'driver', isActive: true },
      {
        id: '3',
        isActive: false,
        hostPort: 'ip-10-0-0-9:1',
        removeReason: 'Container killed by YARN for exceeding memory\nmore'
      }
    ];
    expect(await failureCause(monitor, 7, 5000)).toEqual([
      'Spark job 1 failed in stage 3 (count at <cell-1a2b3c4d>:3): 4 of 8 tasks failed.',
      'First failed task: 2, attempt 1, on executor 4 (ip-10-0-0-7)',
      '  PythonException: Traceback',
      '    File "<cell-1a2b3c4d>", line 2, in f',
      '  ValueError: naïve',
      'Executors lost: 1',
      '  3 on ip-10-0-0-9:1: Container killed by YARN for exceeding memory'
    ]);
    expect(await failureCause(monitor, 9, 5000)).toEqual([]);
  });

  it('does not keep an error waiting', async () => {
    ui.answers['jobs?status=failed'] = null; // never answered
    expect(await failureCause(monitor, 7, 50)).toEqual([]);
  });
});

describe('TimeLeft', () => {
  it('speaks once its estimates agree, and not while work is being added', () => {
    const left = new TimeLeft();
    const said = Array.from({ length: 12 }, (_, second) => left.add(second * 1000, second * 5, 100));
    expect(said.slice(0, 6)).toEqual(Array(6).fill(undefined));
    expect(said[11]).toBeCloseTo(9000, -3);
    expect(left.add(12_000, 60, 300)).toBeUndefined();
  });

  it('speaks of units that took long to begin as of others', () => {
    const left = new TimeLeft();
    const said = Array.from({ length: 15 }, (_, second) => left.add(second * 1000, Math.max(0, second - 4) * 8, 128));
    expect(said.slice(0, 8)).toEqual(Array(8).fill(undefined));
    expect(said[12]).toBeCloseTo(8000, -3);
  });

  it('says nothing where the pace changes', () => {
    const left = new TimeLeft();
    const done = [0, 0, 0, 20, 21, 40, 41, 60, 61, 62, 63];
    expect(done.map((tasks, second) => left.add(second * 1000, tasks, 100)).slice(0, 10)).toEqual(
      Array(10).fill(undefined)
    );
  });
});
