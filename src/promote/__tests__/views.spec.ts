import type { Application, JobRun } from '../../aws';
import { applicationChanges, applicationShape } from '../application';
import { estimate, money } from '../cost';
import { tail } from '../logs';
import { nextTime } from '../pipelines';
import { attemptsView, compareRuns, ranOutOfTime, runView } from '../runView';
import { PIPELINE } from './pipeline';

const RUN = {
  applicationId: '00abc',
  jobRunId: '00run',
  arn: 'arn:run',
  createdBy: 'arn:aws:sts::123456789012:assumed-role/emr-schedule-daily/abc',
  createdAt: new Date('2026-01-31T06:00:00Z'),
  updatedAt: new Date('2026-01-31T06:05:00Z'),
  startedAt: new Date('2026-01-31T06:00:30Z'),
  executionRole: 'arn:role',
  state: 'SUCCESS',
  stateDetails: '',
  releaseLabel: 'emr-7.9.0',
  totalExecutionDurationSeconds: 240,
  queuedDurationMilliseconds: 1500,
  billedResourceUtilization: { vCPUHour: 2, memoryGBHour: 10, storageGBHour: 0 },
  jobDriver: {
    sparkSubmit: {
      entryPoint: `s3://a/daily/scripts/${'0123456789abcdef'.repeat(4)}/daily.py`,
      entryPointArguments: ['--day=2026-01-31'],
      sparkSubmitParameters: '--conf spark.executor.cores=4'
    }
  }
} as unknown as JobRun;
const CONTEXT = { pipeline: 'daily', region: 'us-east-1', architecture: 'ARM64', site: {} };

describe('a run', () => {
  it('is shown with who started it, how long it took, and an estimate', () => {
    expect(runView(RUN, CONTEXT)).toMatchObject({
      runId: '00run',
      scheduled: true,
      durationSeconds: 240,
      queuedSeconds: 2,
      arguments: { day: '2026-01-31' },
      scriptVersion: '0123456789ab',
      billed: { vcpuHours: 2, memoryGbHours: 10, storageGbHours: 0 },
      // 2 × 0.042094 + 10 × 0.004628
      cost: {
        amount: 0.130468,
        currency: 'USD',
        note: expect.stringMatching(/^Estimate .*ARM64 in us-east-1/) as string
      }
    });
  });

  it('is compared with another: arguments, script, time, configuration', () => {
    const other = structuredClone(RUN);
    Object.assign(other, {
      totalExecutionDurationSeconds: 480,
      jobDriver: {
        sparkSubmit: {
          entryPoint: 's3://a/daily/scripts/ffff/daily.py',
          entryPointArguments: ['--day=2026-02-01'],
          sparkSubmitParameters: '--conf spark.executor.cores=8 --conf spark.x=1'
        }
      }
    });
    const rows = compareRuns(runView(RUN, CONTEXT), runView(other, CONTEXT));
    const differing = Object.fromEntries(rows.filter(row => !row.same).map(({ what, a, b }) => [what, [a, b]]));
    expect(differing).toEqual({
      'argument day': ['2026-01-31', '2026-02-01'],
      'script version': ['0123456789ab', 'daily.py'],
      seconds: ['240', '480'],
      'spark.executor.cores': ['4', '8'],
      'spark.x': ['–', '1']
    });
  });
});

describe('cost', () => {
  const hours = { vcpuHours: 1, memoryGbHours: 0, storageGbHours: 0 };

  it('has the list prices of a region, and says which it worked out', () => {
    expect(estimate(hours, 'eu-central-1', 'X86_64')).toEqual({
      amount: 0.060528,
      currency: 'USD',
      note: expect.stringMatching(/X86_64 in eu-central-1; the bill decides/) as string
    });
    const arm = estimate({ ...hours, storageGbHours: 1000 }, 'eu-central-1', 'ARM64');
    // 0.8 × 0.060528 + 1000 × 0.000132
    expect(arm?.amount).toBe(0.180422);
    expect(arm?.note).toContain('80 %');
    expect(estimate(hours, 'us-west-2', 'ARM64')).toMatchObject({ amount: 0.042094 });
    expect(estimate(hours, 'us-west-2', 'ARM64')?.note).not.toContain('80 %');
  });

  it('says where the prices of a region are not known, and takes the site’s', () => {
    expect(estimate(hours, 'ap-south-9', 'X86_64')?.note).toContain('ap-south-9');
    const site = {
      pipelines: {
        prices: { date: '2026-01-01', currency: 'EUR', ARM64: { vcpu: 2, memoryGb: 0, storageGb: 0 } }
      }
    };
    expect(estimate(hours, 'ap-south-9', 'ARM64', site)).toEqual({
      amount: 2,
      currency: 'EUR',
      note: expect.stringContaining('2026-01-01') as string
    });
    expect(estimate(undefined, 'us-east-1', 'ARM64')).toBeUndefined();
  });

  it.each([
    [0, '$0.00'],
    [12.345, '$12.35'],
    [0.0123, '$0.012'],
    [0.000_42, '$0.00042']
  ])('shows %d as %s', (amount, text) => {
    expect(money({ amount, currency: 'USD', note: '' })).toBe(text);
  });
});

describe('an application', () => {
  const there = {
    ...applicationShape(PIPELINE),
    maximumCapacity: { cpu: '16vCPU', memory: '64GB', disk: '200GB' },
    interactiveConfiguration: undefined
  } as unknown as Application;

  it('does not differ by spelling, nor by what is off', () => {
    expect(applicationChanges(applicationShape(PIPELINE), there)).toEqual([]);
  });

  it('says what differs, from what to what', () => {
    const wanted = applicationShape({ ...PIPELINE, architecture: 'X86_64', caps: { ...PIPELINE.caps, vcpu: 32 } });
    expect(applicationChanges(wanted, there)).toEqual([
      'architecture ARM64 → X86_64',
      'maximumCapacity.cpu 16vCPU → 32 vCPU'
    ]);
  });
});

describe('next time of a schedule', () => {
  const now = new Date('2026-01-31T07:00:00Z'); // a Saturday
  it.each([
    ['cron(0 6 * * ? *)', 'UTC', '2026-02-01T06:00:00.000Z'],
    ['cron(30 18 ? * 2 *)', 'UTC', '2026-02-02T18:30:00.000Z'], // AWS: 2 is Monday
    ['cron(0 9 ? * MON-FRI *)', 'Europe/Paris', '2026-02-02T08:00:00.000Z'],
    ['at(2026-03-01T00:00:00)', 'UTC', '2026-03-01T00:00:00.000Z'],
    ['rate(1 day)', 'UTC', undefined]
  ])('%s in %s', (expression, zone, next) => {
    expect(nextTime(expression, zone, now)?.toISOString()).toBe(next);
  });
});

describe('tail', () => {
  it('begins with a whole line', () => {
    expect(tail('first\nsecond\nthird', 9)).toEqual({ text: 'third', cut: true });
    expect(tail('all', 9)).toEqual({ text: 'all', cut: false });
  });
});

describe('a run that ended early', () => {
  it.each([
    ['Job run exceeded its execution timeout of 60 minutes.', true],
    ['Job run timed out.', true],
    ['The job run has time-out.', true],
    ['Job run was cancelled by user request.', false]
  ])('of which EMR Serverless says %j ran out of time: %s', (stateDetails, late) => {
    expect(ranOutOfTime({ state: 'CANCELLED', stateDetails })).toBe(late);
    expect(ranOutOfTime({ state: 'FAILED', stateDetails })).toBe(false);
  });

  it('has its attempts in their order, with what was said of each', () => {
    const at = new Date('2026-01-31T06:00:00Z');
    const common = {
      jobCreatedAt: at,
      applicationId: 'a',
      id: 'r',
      createdAt: at,
      updatedAt: at,
      executionRole: 'e',
      arn: 'n',
      createdBy: 'b'
    };
    expect(
      attemptsView([
        { ...common, attempt: 1, state: 'FAILED', stateDetails: 'Job failed.', releaseLabel: 'emr-7.9.0' },
        { ...common, attempt: 2, state: 'RUNNING', stateDetails: '', releaseLabel: 'emr-7.9.0' }
      ])
    ).toEqual([
      {
        number: 1,
        state: 'FAILED',
        stateDetails: 'Job failed.',
        createdAt: at.toISOString(),
        updatedAt: at.toISOString()
      },
      { number: 2, state: 'RUNNING', createdAt: at.toISOString(), updatedAt: at.toISOString() }
    ]);
  });
});
