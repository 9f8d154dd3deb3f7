import type { IDeploymentRecord } from '../deployment';
import { scheduleChanges, scheduleInput } from '../schedule';
import { argumentsOf, confOf, runInput, sparkConf, submitParameters } from '../startRun';
import { PIPELINE } from './pipeline';

const RECORD: IDeploymentRecord = {
  version: 1,
  pipeline: PIPELINE,
  applicationId: '00abc',
  roleArn: 'arn:aws:iam::123456789012:role/emr-pipeline-daily',
  scriptUri: 's3://artifacts/team/daily/scripts/0123/daily.py',
  scriptSha: '0123'
};

describe('what a run is asked for', () => {
  it('passes every argument with its default, as one word each', () => {
    const { jobDriver } = runInput(RECORD, { day: '2026-01-31' }, 'token');
    expect(jobDriver?.sparkSubmit?.entryPointArguments).toEqual(['--day=2026-01-31', '--shift=-5']);
    expect(argumentsOf(jobDriver?.sparkSubmit?.entryPointArguments)).toEqual({ day: '2026-01-31', shift: '-5' });
  });

  it.each([
    [{}, /day/],
    [{ day: 'yesterday' }, /day.*yesterday/],
    [{ day: '2026-01-31', dya: 'x' }, /dya/],
    [{ day: '2026-01-31', shift: '1.5' }, /shift.*1\.5/]
  ])('refuses %j and names the argument', (given, message) => {
    expect(() => runInput(RECORD, given as Record<string, string>, 't')).toThrow(message);
  });

  it('has one attempt more than retries, the time limit, logs and tags', () => {
    expect(runInput(RECORD, { day: '2026-01-31' }, 't')).toMatchObject({
      clientToken: 't',
      executionRoleArn: RECORD.roleArn,
      retryPolicy: { maxAttempts: 2 },
      executionTimeoutMinutes: 60,
      tags: { team: 'quant', 'jupyterlab-emr:pipeline': 'daily' },
      configurationOverrides: {
        monitoringConfiguration: { s3MonitoringConfiguration: { logUri: 's3://artifacts/logs/' } }
      }
    });
  });

  it('has the log group where the file says how long CloudWatch keeps, and the key for S3', () => {
    const logs = { kmsKey: 'arn:aws:kms:us-east-1:1:key/k', retentionDays: 30 };
    const { configurationOverrides } = runInput(
      { ...RECORD, pipeline: { ...PIPELINE, logs } },
      { day: '2026-01-31' },
      't'
    );
    expect(configurationOverrides?.monitoringConfiguration).toEqual({
      s3MonitoringConfiguration: { logUri: 's3://artifacts/team/daily/logs/', encryptionKeyArn: logs.kmsKey },
      cloudWatchLoggingConfiguration: { enabled: true, logGroupName: '/emr-pipeline/daily' }
    });
  });

  it('leaves Spark’s overhead beside the heap, and asks for no more executors than the caps have room for', () => {
    const conf = sparkConf(PIPELINE);
    // 8 GB with a tenth beside the heap; 16 - 2 vCPU are three executors of 4.
    expect(conf).toMatchObject({
      'spark.driver.memory': '7447m',
      'spark.executor.memory': '14894m',
      'spark.dynamicAllocation.maxExecutors': '3',
      'spark.executor.instances': '3'
    });
    const tight = { ...PIPELINE, caps: { vcpu: 7, memoryGb: 64, diskGb: 200 } };
    expect(sparkConf(tight)).toMatchObject({
      'spark.dynamicAllocation.maxExecutors': '1',
      'spark.executor.instances': '1'
    });
    expect(sparkConf({ ...PIPELINE, driver: { vcpu: 1, memoryGb: 2, diskGb: 20 } })['spark.driver.memory']).toBe(
      '1664m'
    );
  });

  it('lets the file’s own Spark configuration win, and names the archive’s Python', () => {
    const conf = sparkConf({ ...PIPELINE, sparkConf: { 'spark.driver.memory': '4g' } }, 's3://a/environment.tar.gz');
    expect(conf['spark.driver.memory']).toBe('4g');
    expect(conf['spark.archives']).toBe('s3://a/environment.tar.gz#environment');
    expect(conf['spark.executorEnv.PYSPARK_PYTHON']).toBe('./environment/bin/python');
  });

  it('tells Spark of the Glue catalogue where tables are named, and of Lake Formation where that hands out the files', () => {
    const factory = 'spark.hadoop.hive.metastore.client.factory.class';
    const resolver = 'spark.hadoop.fs.s3.credentialsResolverClass';
    expect(sparkConf(PIPELINE)).not.toHaveProperty([factory]);
    const own = sparkConf({ ...PIPELINE, inputs: [{ table: 'a.b', location: 's3://lake/a/b/' }] });
    expect(own[factory]).toBe('com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory');
    expect(own).not.toHaveProperty([resolver]);
    for (const data of [{ table: 'a.b' }, { lfTags: { domain: ['market'] } }]) {
      expect(sparkConf({ ...PIPELINE, outputs: [data] })[resolver]).toMatch(/AWSLakeFormationCredentialResolver$/);
    }
    expect(sparkConf({ ...PIPELINE, inputs: [{ table: 'a.b' }], sparkConf: { [factory]: 'mine' } })[factory]).toBe(
      'mine'
    );
  });

  it('reads back the configuration that it wrote, whatever is in it', () => {
    const conf = {
      'spark.a': '1',
      'spark.b': 'two words',
      'spark.c': 'a "quote" and \\ and \'single\'',
      'spark.d': 'x=y'
    };
    expect(confOf(submitParameters(conf))).toEqual(conf);
    expect(confOf('--class X --conf spark.a=1 --conf "spark.b=c d" --jars j.jar')).toEqual({
      'spark.a': '1',
      'spark.b': 'c d'
    });
  });

  it('is handed to the scheduler in its own spelling, with the scheduler’s id for the token', () => {
    const pipeline = {
      ...PIPELINE,
      schedule: { expression: 'cron(0 6 * * ? *)', arguments: { day: '<aws.scheduler.scheduled-time>' } }
    };
    const input = scheduleInput({ ...RECORD, pipeline }, 'arn:role', 'aws');
    expect(input).toMatchObject({
      Name: 'emr-pipeline-daily',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      Target: { Arn: 'arn:aws:scheduler:::aws-sdk:emrserverless:startJobRun', RoleArn: 'arn:role' }
    });
    const asked = JSON.parse(input?.Target?.Input ?? '') as Record<string, unknown>;
    expect(asked).toMatchObject({
      ApplicationId: '00abc',
      ClientToken: '<aws.scheduler.execution-id>',
      JobDriver: {
        SparkSubmit: { EntryPointArguments: ['--day=<aws.scheduler.scheduled-time>', '--shift=-5'] }
      }
    });
    // Its role may start runs and do nothing else.
    expect(asked).not.toHaveProperty('Tags');
  });

  it('sees what differs from the schedule that is there', () => {
    const pipeline = { ...PIPELINE, schedule: { expression: 'rate(1 day)', arguments: { day: '2026-01-01' } } };
    const there = scheduleInput({ ...RECORD, pipeline }, 'arn:role', 'aws')!;
    const wanted = scheduleInput({ ...RECORD, scriptUri: 's3://other', pipeline }, 'arn:role', 'aws')!;
    expect(scheduleChanges(there, { ...there, $metadata: {} })).toEqual([]);
    expect(scheduleChanges(wanted, { ...there, $metadata: {} })).toEqual(['Target.Input']);
  });
});
