/** Why a run failed, read from its driver's log. Pure. */
import type { IRunFailure } from '../protocol';

const TRACEBACK = /^Traceback \(most recent call last\):\s*$/;
const FRAME = /^ {2}File "(.+?)", line (\d+)(?:, in (.*))?$/;
/** `pyspark.errors.exceptions.captured.AnalysisException: …`, `ValueError: …`, `KeyboardInterrupt`. */
const RAISED = /^([A-Za-z_][\w.]*)(?:: (.*))?$/;
const JVM_FRAME = /^\s*(?:at [\w.$/<>]+\(|\.\.\. \d+ (?:more|elided))/;
/** `26/01/31 10:00:00 ERROR Client: …`. */
const LOGGED = /^\d\d(?:\d\d)?[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)? (?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL) /;
/** What wraps the true cause. */
const WRAPPER =
  /^(?:org\.apache\.spark\.SparkException: (?:Job aborted|Exception thrown in awaitResult|Task failed)|py4j\.)/;
const MOST_LINES = 12;
const MOST_CHARACTERS = 600;

const FIXES: [pattern: RegExp, fix: string][] = [
  [
    /AccessDenied|Access Denied|Status Code: 403|is not authorized to perform|Insufficient Lake Formation permission/i,
    'The pipeline’s role does not allow it: name the data in inputs or outputs of the pipeline’s file, and deploy it again.'
  ],
  [
    /OutOfMemoryError|MemoryError|ExitCode: 137|exit code 137|beyond (?:physical|virtual) memory/i,
    'Give the driver or the executors more memory in the pipeline’s file, or bring less to the driver.'
  ],
  [
    /exceeded maximumCapacity/i,
    'It asks for more than the caps leave: raise caps in the pipeline’s file, or ask for smaller workers (driver, executor).'
  ],
  [
    /in the queue for more than|queue ?timeout/i,
    'Other runs of the pipeline had its caps all the time: raise caps in its file, or start fewer runs at once.'
  ],
  [/No space left on device/i, 'Give the workers more disk (diskGb) in the pipeline’s file.'],
  [/ModuleNotFoundError|No module named/, 'Name the package in packages of the pipeline’s file, and deploy it again.'],
  [
    /PATH_NOT_FOUND|Path does not exist|NoSuchKey|NoSuchBucket/,
    'Are the data of that day there? See the run’s arguments.'
  ],
  [/timed? ?out|timeout/i, 'Give it more time (timeLimitMinutes), or more executors (caps).']
];

/** A Python traceback at the left margin. */
interface ITraceback {
  frames: { file: string; line: number }[];
  exception: string;
  message: string[];
}

/**
 * Read the cause.
 *
 * @param output - the driver's stderr, then its stdout; undefined where there is none
 * @param stateDetails - what EMR Serverless says
 * @param scriptUri - names the script whose line is looked for
 * @param script - its text, for the line
 */
export function findFailure(
  output: string | undefined,
  stateDetails: string | undefined,
  scriptUri: string,
  script?: string
): IRunFailure {
  const lines = (output ?? '').split(/\r?\n/);
  const trace = lastTraceback(lines);
  const jvm = trace ? undefined : jvmError(lines);
  const details = stateDetails?.trim();
  const exception = trace?.exception ?? jvm?.exception;
  const said = trace ? essence(trace.message) : jvm ? [jvm.message] : [];
  const message = [said[0] || details || 'EMR Serverless gives no reason.', nestedError(trace?.message ?? [])]
    .filter((text, at, all): text is string => Boolean(text) && all.indexOf(text) === at)
    .join(' — ')
    .slice(0, MOST_CHARACTERS);
  const at = trace && scriptLine(trace, scriptUri);
  const all = [exception, ...(trace?.message ?? []), jvm?.message, said.length > 0 ? '' : details].join('\n');
  const fix = FIXES.find(([pattern]) => pattern.test(all))?.[1];
  const log = said.length > 1 ? said.slice(0, MOST_LINES) : undefined;
  return {
    ...(exception ? { exception: exception.split('.').at(-1) ?? exception } : {}),
    message,
    ...(at === undefined ? {} : { scriptLine: at, ...whereabouts(script, at) }),
    ...(fix ? { fix } : {}),
    ...(log ? { log } : {})
  };
}

/** The last one: an earlier one was caught, or it is what the last one came from. */
function lastTraceback(lines: readonly string[]): ITraceback | undefined {
  let found: ITraceback | undefined;
  for (let at = 0; at < lines.length; at++) {
    if (!TRACEBACK.test(lines[at] ?? '')) {
      continue;
    }
    const frames: ITraceback['frames'] = [];
    let next = at + 1;
    for (; next < lines.length && (lines[next] ?? '').startsWith(' '); next++) {
      const frame = FRAME.exec(lines[next] ?? '');
      if (frame) {
        frames.push({ file: frame[1] ?? '', line: Number(frame[2]) });
      }
    }
    const raised = RAISED.exec(lines[next] ?? '');
    // Of a worker: its message is part of another's.
    if (!raised || frames.length === 0 || frames.every(({ file }) => /[/\\]pyspark[/\\.]/.test(file))) {
      continue;
    }
    const message = [raised[2] ?? ''];
    for (next++; next < lines.length && !LOGGED.test(lines[next] ?? ''); next++) {
      if (TRACEBACK.test(lines[next] ?? '') && !insideMessage(message)) {
        break;
      }
      message.push(lines[next] ?? '');
    }
    found = { frames, exception: raised[1] ?? '', message };
    at = next - 1;
  }
  return found;
}

/** A worker's traceback stands in the message that Spark makes of it. */
function insideMessage(message: readonly string[]): boolean {
  return message.some(line => /Python worker|PythonException|An error occurred while calling/.test(line));
}

/** The last line of the script that led there. */
function scriptLine({ frames }: ITraceback, scriptUri: string): number | undefined {
  const name = scriptUri.split('/').at(-1) ?? '';
  return frames.filter(({ file }) => file.split(/[/\\]/).at(-1) === name).at(-1)?.line;
}

/** What stands in the line, and which cell it is of: the script says before each (`cell 3`). */
function whereabouts(script: string | undefined, line: number): Pick<IRunFailure, 'scriptText' | 'cell'> {
  const lines = script?.split(/\r?\n/) ?? [];
  const text = lines[line - 1]?.trim();
  const mark = lines
    .slice(0, line)
    .reverse()
    .map(one => /^\s*#.*\bcell (\d+)\b/i.exec(one)?.[1])
    .find(Boolean);
  return { ...(text ? { scriptText: text } : {}), ...(mark ? { cell: Number(mark) - 1 } : {}) };
}

/** Without the frames of the JVM, Python's and of Spark's plan. */
function essence(message: readonly string[]): string[] {
  const kept: string[] = [];
  for (const line of message) {
    if (
      /^Driver stacktrace:|^'?[A-Z]\w+ .*\[|^\+- |^:- |^\s*(?:JVM stacktrace|=+ SQL)/.test(line.trim()) &&
      kept.length > 0
    ) {
      break;
    }
    if (!JVM_FRAME.test(line) && line.trim() !== '') {
      kept.push(line.trim());
    }
  }
  const first = kept[0] ?? '';
  // `An error occurred while calling o42.save.` says nothing; what follows does.
  if (first.startsWith('An error occurred while calling') && kept.length > 1) {
    const cause = kept.slice(1).find(line => !WRAPPER.test(line.replace(/^: |^Caused by: /, '')));
    return [(cause ?? kept[1] ?? first).replace(/^: |^Caused by: /, ''), ...kept];
  }
  return kept;
}

/** The error of a worker's Python, or the innermost cause of the JVM. */
function nestedError(message: readonly string[]): string | undefined {
  const start = message.findIndex(line => line.includes('Traceback (most recent call last):'));
  if (start >= 0) {
    return message
      .slice(start + 1)
      .find(line => /^[A-Za-z_][\w.]*(?:Error|Exception|Warning|Exit|Interrupt)\b.*$/.test(line))
      ?.trim();
  }
  return message
    .filter(line => line.startsWith('Caused by: '))
    .at(-1)
    ?.replace(/^Caused by: /, '')
    .trim();
}

/** A Scala or Java program's error, or Spark's own before the script began. */
function jvmError(lines: readonly string[]): { exception: string; message: string } | undefined {
  const found = lines
    .map(line =>
      /^(?:Exception in thread "[^"]*" |Caused by: )?((?:[a-z_$][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error))(?:: (.*))?$/.exec(
        line
      )
    )
    .filter(match => match !== null)
    .at(-1);
  return found ? { exception: found[1] ?? '', message: (found[2] ?? found[1] ?? '').trim() } : undefined;
}
