import { Clock } from '../../clock';
import { AwsError } from '../../errors';
import { Application, PHASES, type ApplicationSpec } from '../application';
import { checkApplication } from '../validation';

const SPEC: ApplicationSpec = { name: 'x', type: 'Spark', releaseLabel: 'emr-7.9.0', architecture: 'ARM64' };

/** An application on jest's clock, ten times as fast as AWS. */
function make(spec: Partial<ApplicationSpec> = {}) {
  const application = new Application({ ...SPEC, ...spec }, 'us-east-1', '123456789012', new Clock(10));
  const states: string[] = [application.state];
  application.listeners.add(() => states.push(application.state));
  return { application, states };
}

const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 100);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('Application', () => {
  it('takes its time in each state', async () => {
    const { application, states } = make();
    await pass(PHASES.creating - 1);
    expect(states).toEqual(['CREATING']);
    await pass(1);
    application.start();
    await pass(PHASES.starting - 1);
    expect(states).toEqual(['CREATING', 'CREATED', 'STARTING']);
    await pass(1);
    application.stop();
    await pass(PHASES.stopping);
    application.terminate();
    expect(states.slice(3)).toEqual(['STARTED', 'STOPPING', 'STOPPED', 'TERMINATED']);
  });

  it('stops by itself once nobody has used it for its idle time', async () => {
    const { application } = make({ autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 2 } });
    const job = {};
    await pass(PHASES.creating);
    application.start();
    await pass(PHASES.starting + 100);
    application.enter(job);
    await pass(1000);
    expect(application.state).toBe('STARTED');
    application.leave(job);
    await pass(119);
    expect(application.state).toBe('STARTED');
    await pass(1 + PHASES.stopping);
    expect([application.state, application.stateDetails]).toEqual([
      'STOPPED',
      'The application was idle for 2 minutes.'
    ]);
  });

  it('stays where it is not to stop by itself', async () => {
    const { application } = make({ autoStopConfiguration: { enabled: false } });
    await pass(PHASES.creating);
    application.start();
    await pass(100_000);
    expect(application.state).toBe('STARTED');
  });

  it.each(['CREATING', 'CREATED', 'STARTING', 'STARTED', 'STOPPING', 'STOPPED'])('comes up from %s', async state => {
    const { application } = make();
    const steps = [
      PHASES.creating,
      () => application.start(),
      PHASES.starting,
      () => application.stop(),
      PHASES.stopping
    ];
    while (application.state !== state) {
      const step = steps.shift()!;
      await (typeof step === 'number' ? pass(step) : step());
    }
    const up = application.up();
    await pass(100);
    await expect(up).resolves.toBe(true);
    expect(application.state).toBe('STARTED');
  });

  it('does not come up where it is stopped or terminated meanwhile', async () => {
    const { application } = make();
    const up = application.up();
    await pass(PHASES.creating + 1);
    application.stop();
    await pass(PHASES.stopping);
    await expect(up).resolves.toBe(false);
    application.terminate();
    await expect(application.up()).resolves.toBe(false);
  });
});

describe('checkApplication', () => {
  it.each<[string, Partial<ApplicationSpec>, RegExp]>([
    ['an unknown release', { releaseLabel: 'emr-9.1.0' }, /Release label emr-9\.1\.0 is not supported/],
    ['a release before EMR Serverless', { releaseLabel: 'emr-6.5.0' }, /emr-6\.5\.0/],
    [
      'Livy before it was there',
      { releaseLabel: 'emr-6.13.0', interactiveConfiguration: { livyEndpointEnabled: true } },
      /livyEndpointEnabled/
    ],
    ['an unknown architecture', { architecture: 'RISCV' as never }, /\[ARM64, X86_64\]/],
    ['vCPU that are none', { maximumCapacity: { cpu: 'many', memory: '4 GB' } }, /maximumCapacity\.cpu/],
    ['an idle time of none', { autoStopConfiguration: { idleTimeoutMinutes: 0 } }, /between 1 and 10080/],
    [
      'a worker that there is not',
      { initialCapacity: { Driver: { workerCount: 1, workerConfiguration: { cpu: '3 vCPU', memory: '8 GB' } } } },
      /cores 3/
    ],
    [
      'more at the beginning than at most',
      {
        initialCapacity: { Driver: { workerCount: 2, workerConfiguration: { cpu: '4 vCPU', memory: '16 GB' } } },
        maximumCapacity: { cpu: '4 vCPU', memory: '16 GB' }
      },
      /exceeds its maximum capacity/
    ]
  ])('refuses %s', (_what, changes, message) => {
    const check = () => checkApplication({ ...SPEC, ...changes });
    expect(check).toThrow(message);
    expect(check).toThrow(AwsError);
  });
});
