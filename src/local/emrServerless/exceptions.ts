/** The words of a failed run: the last exceptions of the driver's output, as EMR Serverless tells them. */

/** Longest `stateDetails` of the service's model. */
const LONGEST = 256;
const LAST = 3;
/** `java.io.IOException: …`, `Caused by: …`, how Spark's launcher and Python say it outside of a traceback, and py4j below one. */
const EXCEPTION = /^(?:Caused by: |Exception in thread "[^"]*" |: )?[\w.$]*(?:Error|Exception)\b(?::|$)/;

export function lastExceptions(output: string): string[] {
  let found: string[] = [];
  let inTraceback = false;
  for (const line of output.split('\n').map(text => text.trimEnd())) {
    if (line.startsWith('Traceback (most recent call last):')) {
      inTraceback = true;
      found = []; // what this one followed upon
    } else if (inTraceback ? line !== '' && !/^\s/.test(line) : EXCEPTION.test(line)) {
      found.push(line);
      inTraceback = false;
    }
  }
  return [...new Set(found)].slice(-LAST);
}

/** @param outputs - what Python says, of both streams, comes on Spark's standard output; the rest is on standard error */
export function failureDetails(exitCode: number | null, ...outputs: string[]): string {
  const last = outputs.flatMap(lastExceptions).slice(-LAST);
  return clip(
    `Job failed, please check complete logs in configured logging destination. ExitCode: ${exitCode ?? 1}.` +
      (last.length > 0 ? ` Last few exceptions: ${last.join(' ')}` : '')
  );
}

/** As long as the model lets it be. */
export function clip(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}
