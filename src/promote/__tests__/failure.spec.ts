import { findFailure } from '../failure';

const SCRIPT = 's3://a/scripts/01/daily.py';
const TEXT = ['# notebook daily.ipynb, cell 1', 'import x', '# cell 2', 'df = spark.table("t")', 'df.count()'].join(
  '\n'
);
const NOISE = '26/01/31 10:00:00 INFO SparkContext: Running Spark version 3.5.5\n';

describe('why a run failed', () => {
  it('says Spark’s error and the line of the script', () => {
    const log = `${NOISE}Traceback (most recent call last):
  File "/tmp/spark-1/daily.py", line 4, in <module>
    df = spark.table("t")
  File "/usr/lib/spark/python/lib/pyspark.zip/pyspark/sql/session.py", line 1667, in table
    return DataFrame(self._jsparkSession.table(tableName), self)
pyspark.errors.exceptions.captured.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table or view \`t\` cannot be found.;
'UnresolvedRelation [t], [], false

26/01/31 10:00:05 INFO ShutdownHookManager: Shutdown hook called
`;
    const failure = findFailure(log, 'Job failed, please check complete logs', SCRIPT, TEXT);
    expect(failure).toMatchObject({
      exception: 'AnalysisException',
      message: '[TABLE_OR_VIEW_NOT_FOUND] The table or view `t` cannot be found.;',
      scriptLine: 4,
      scriptText: 'df = spark.table("t")',
      cell: 1
    });
  });

  it('says the error of a Python worker, not only that a stage failed', () => {
    const log = `${NOISE}Traceback (most recent call last):
  File "/tmp/spark-1/daily.py", line 5, in <module>
    df.count()
  File "/usr/lib/spark/python/lib/py4j-src.zip/py4j/protocol.py", line 326, in get_return_value
    raise Py4JJavaError(
py4j.protocol.Py4JJavaError: An error occurred while calling o42.count.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times (TID 7): org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "/usr/lib/spark/python/lib/pyspark.zip/pyspark/worker.py", line 1247, in main
    process()
  File "/tmp/spark-1/daily.py", line 3, in halve
ZeroDivisionError: division by zero

\tat org.apache.spark.api.python.BasePythonRunner.handle(PythonRunner.scala:572)
Driver stacktrace:
\tat org.apache.spark.scheduler.DAGScheduler.failJob(DAGScheduler.scala:2898)
`;
    const failure = findFailure(log, undefined, SCRIPT, TEXT);
    expect(failure.message).toContain('ZeroDivisionError: division by zero');
    expect(failure.scriptLine).toBe(5);
    expect(failure.log?.join('\n')).not.toContain('DAGScheduler.scala');
  });

  it('takes the last error where one came while another was handled', () => {
    const log = `Traceback (most recent call last):
  File "/x/daily.py", line 2, in <module>
    first()
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/x/daily.py", line 5, in <module>
    second()
ValueError: no rows for 2026-01-31
`;
    expect(findFailure(log, undefined, SCRIPT)).toMatchObject({
      exception: 'ValueError',
      message: 'no rows for 2026-01-31',
      scriptLine: 5
    });
  });

  it('names what to do where the role does not allow it', () => {
    const log = `Traceback (most recent call last):
  File "/x/daily.py", line 5, in <module>
    df.write.parquet("s3://other/")
py4j.protocol.Py4JJavaError: An error occurred while calling o9.parquet.
: java.nio.file.AccessDeniedException: s3://other/: getFileStatus: Access Denied (Service: S3, Status Code: 403)
\tat org.apache.hadoop.fs.s3a.S3AUtils.translateException(S3AUtils.java:255)
`;
    const failure = findFailure(log, undefined, SCRIPT);
    expect(failure.message).toContain('AccessDeniedException: s3://other/');
    expect(failure.fix).toMatch(/inputs or outputs/);
  });

  it('reads Scala’s and Spark’s own errors', () => {
    const log = `${NOISE}Exception in thread "main" java.lang.OutOfMemoryError: Java heap space\n`;
    expect(findFailure(log, undefined, SCRIPT)).toMatchObject({
      exception: 'OutOfMemoryError',
      message: 'Java heap space',
      fix: expect.stringContaining('memory') as string
    });
  });

  it('has EMR Serverless’ own words where there is no log', () => {
    expect(findFailure(undefined, 'Job execution timed out after 60 minutes', SCRIPT)).toMatchObject({
      message: 'Job execution timed out after 60 minutes',
      fix: expect.stringContaining('timeLimitMinutes') as string
    });
  });
});
