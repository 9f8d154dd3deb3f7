import { convertOutput } from '../output/output';
import { besideFigure, rError } from '../output/rText';
import { RemoteError } from '../types';

describe('what R says', () => {
  it.each([
    // As R 4.2 and Livy 0.9 gave them.
    [String.raw`[1] "Error in eval(parse(text = \"stop('oops')\")): oops"`, 'oops'],
    [
      String.raw`[1] "Error in eval(parse(text = \"no_such\")): object 'no_such' not found"`,
      "object 'no_such' not found"
    ],
    [String.raw`[1] "Error in eval(expr, envir, enclos): object 'x' not found\n"`, "object 'x' not found"],
    [String.raw`[1] "Error in eval(parse(text = \"f(\\\"a)): b\\\")\")): wrong"`, 'wrong'],
    [String.raw`[1] "Error in log(-1, \"a\"): non-numeric argument"`, 'log(-1, "a"): non-numeric argument'],
    [String.raw`[1] "Error: just so"`, 'just so'],
    [String.raw`[1] "Error in f(1): \u00e4 and \\ and \U0001f600"`, 'f(1): ä and \\ and 😀'],
    ['Fail to start interpreter', 'Fail to start interpreter']
  ])('%s', (evalue, message) => {
    expect(rError(evalue)).toBe(message);
  });

  it('folds the frames of the JVM in an error of Spark', () => {
    const evalue = String.raw`[1] "Error in handleErrors(returnStatus, conn): org.apache.spark.SparkException: Job aborted.\n\tat org.apache.spark.scheduler.Task.run(Task.scala:141)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\nCaused by: java.io.IOException: no\n"`;
    let thrown: unknown;
    try {
      convertOutput(
        { status: 'error', execution_count: 1, ename: 'Error', evalue, traceback: [] },
        { kind: 'sparkr', code: 'x' }
      );
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(RemoteError);
    const text = (thrown as RemoteError).traceback.join('\n');
    expect(text).toContain('Error: org.apache.spark.SparkException: Job aborted.');
    expect(text).toContain('Caused by: java.io.IOException: no');
    expect(text).not.toContain('Thread.java');
    expect(text).not.toContain('\\n');
  });

  it('shows a figure without what closing it printed', () => {
    const data = { 'text/plain': 'null device \n          1 ', 'image/png': 'iVBORw0KGgo=' };
    const { displays } = convertOutput({ status: 'ok', execution_count: 1, data }, { kind: 'sparkr', code: 'plot(1)' });
    expect(displays).toEqual([
      { 'image/png': 'iVBORw0KGgo=', 'text/plain': expect.not.stringContaining('null device') }
    ]);
    expect(besideFigure('[1] 42\nnull device \n          1 ')).toBe('[1] 42');
  });
});
