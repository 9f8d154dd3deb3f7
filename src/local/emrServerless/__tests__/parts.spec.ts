import { failureDetails, lastExceptions } from '../exceptions';
import { readSubmission } from '../submission';
import { Tokens } from '../tokens';
import { addUtilization, utilization } from '../utilization';

const submission = (sparkSubmitParameters?: string) =>
  readSubmission(
    {
      runtimeConfiguration: [{ classification: 'spark-defaults', properties: { 'spark.a': 'app', 'spark.b': 'app' } }]
    } as never,
    {
      jobDriver: { sparkSubmit: { entryPoint: 's3://b/x.py', sparkSubmitParameters } },
      configurationOverrides: {
        applicationConfiguration: [{ classification: 'spark-defaults', properties: { 'spark.b': 'job' } }]
      }
    } as never
  );

describe('readSubmission', () => {
  it('reads what a shell would give to spark-submit', () => {
    expect(
      submission(
        `--conf spark.c='a b' --conf "spark.d=x=y" --class org.X --py-files s3://b/m.zip --executor-memory=4g --verbose --master yarn`
      )
    ).toEqual({
      entryPoint: 's3://b/x.py',
      arguments: [],
      mainClass: 'org.X',
      conf: {
        'spark.a': 'app',
        'spark.b': 'job',
        'spark.c': 'a b',
        'spark.d': 'x=y',
        'spark.submit.pyFiles': 's3://b/m.zip',
        'spark.executor.memory': '4g'
      }
    });
  });

  it('lets the parameters win', () => {
    expect(submission('--conf spark.a=parameters').conf).toMatchObject({ 'spark.a': 'parameters' });
  });

  it.each([
    ['--nonsense 1', 'Unrecognized option: --nonsense'],
    ['--conf spark.a', "Spark config without '='"],
    ['--class', "Missing argument for option '--class'"]
  ])('refuses %s', (parameters, message) => {
    expect(() => submission(parameters)).toThrow(message);
  });
});

describe('lastExceptions', () => {
  it('finds what ends a traceback, and what Java throws', () => {
    const output = [
      '26/11/22 17:17:38 ERROR SparkContext: java.lang.Error: of a log line',
      'Traceback (most recent call last):',
      'KeyError: handled before',
      'During handling of the above exception, another exception occurred:',
      'Traceback (most recent call last):',
      '  File "/x.py", line 3, in <module>',
      '    raise Strange("why")',
      '__main__.Strange: why',
      ': java.lang.IllegalStateException: below py4j',
      'ValueError: not in a traceback',
      'Exception in thread "main" org.apache.spark.SparkException: Job aborted',
      '\tat org.apache.spark.X.y(X.scala:1)',
      'Caused by: java.io.IOException: disk'
    ].join('\n');
    expect(lastExceptions(output)).toEqual([
      'ValueError: not in a traceback',
      'Exception in thread "main" org.apache.spark.SparkException: Job aborted',
      'Caused by: java.io.IOException: disk'
    ]);
    expect(lastExceptions(output.split('\n').slice(0, 9).join('\n'))).toEqual([
      '__main__.Strange: why',
      ': java.lang.IllegalStateException: below py4j'
    ]);
  });

  it('makes details that are no longer than the model has them', () => {
    expect(failureDetails(1, 'KeyError: 1', '')).toBe(
      'Job failed, please check complete logs in configured logging destination. ExitCode: 1. Last few exceptions: KeyError: 1'
    );
    expect(failureDetails(3, '')).toMatch(/ExitCode: 3\.$/);
    expect(failureDetails(1, `ValueError: ${'x'.repeat(1000)}`)).toHaveLength(256);
  });
});

describe('utilization', () => {
  const worker = { cpu: 4, memory: 16, disk: 120 };
  const workers = { driver: { cpu: 1, memory: 2, disk: 20 }, executor: worker, executors: 2 };

  it('bills a minute at least, and disk above 20 GB', () => {
    expect(utilization(workers, 30)).toEqual({
      total: { vCPUHour: 0.075, memoryGBHour: 0.283, storageGBHour: 2.167 },
      billed: { vCPUHour: 0.15, memoryGBHour: 0.567, storageGBHour: 3.333 }
    });
  });

  it('is what all attempts took together', () => {
    const hour = utilization(workers, 3600);
    expect(addUtilization(addUtilization(undefined, hour), hour).billed).toEqual({
      vCPUHour: 18,
      memoryGBHour: 68,
      storageGBHour: 400
    });
  });
});

describe('Tokens', () => {
  it('makes one thing for the same request, and refuses another request', async () => {
    const tokens = new Tokens<object>();
    const make = jest.fn(() => ({}));
    const first = await tokens.once('s', 't', { a: 1 }, make);
    expect(await tokens.once('s', 't', { a: 1 }, make)).toBe(first);
    await expect(tokens.once('s', 't', { a: 2 }, make)).rejects.toMatchObject({
      code: 'ConflictException',
      status: 409
    });
    expect(await tokens.once('other', 't', { a: 2 }, make)).not.toBe(first);
    expect(make).toHaveBeenCalledTimes(2);
  });

  it('frees the token of what was refused', async () => {
    const tokens = new Tokens<number>();
    await expect(tokens.once('s', 't', 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await tokens.once('s', 't', 2, () => 7)).toBe(7);
  });
});
