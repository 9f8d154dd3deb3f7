/** What YARN says of a session's application, read from the log that Livy keeps of it. Pure. */

/** Livy's heading over what YARN said last: the last part of a log, empty where YARN says nothing. */
const HEADING = /^\s*YARN Diagnostics:\s*/i;

/** What a driver waits for before it runs. */
export interface IYarnWait {
  /** Half a sentence: "YARN has no room for its driver yet". */
  text: string;
  /** It waits for others to leave, or for a larger cluster. */
  noRoom: boolean;
}

/** YARN's word in a session's log, without empty lines; undefined where Livy does not give it. */
export function yarnDiagnostics(log: readonly string[]): string[] | undefined {
  const at = log.findIndex(line => HEADING.test(line));
  return at < 0
    ? undefined
    : log
        .slice(at)
        .flatMap(line => line.replace(HEADING, '').split('\n'))
        .map(line => line.trim())
        .filter(Boolean);
}

/**
 * What YARN is doing for a session that starts, in the words of Hadoop's ResourceManager (`AMState` of an attempt).
 *
 * @param log - as `GET /sessions/ID` gives it
 */
export function yarnWait(log: readonly string[] | undefined): IYarnWait | undefined {
  // What spark-submit said when it asked for the application is old news once Livy has YARN's own word.
  const lines = yarnDiagnostics(log ?? []) ?? (log ?? []).filter(line => /\bdiagnostics:/i.test(line));
  const line = lines.at(-1) ?? '';
  const inactive = /is not (?:yet )?activated\.?\s*(.*?)\.?\s*(?:Details :|$)/i.exec(line);
  if (inactive) {
    const why = inactive[1] ? `: ${inactive[1].charAt(0).toLowerCase()}${inactive[1].slice(1)}` : '';
    return { text: `YARN has no room for its driver yet${why}${asked(line)}`, noRoom: true };
  }
  if (/waiting for resources to be assigned for AM/i.test(line)) {
    return { text: `YARN looks for room for its driver${asked(line)}`, noRoom: true };
  }
  if (/has assigned a container for AM|AM container is launched/i.test(line)) {
    return { text: 'YARN starts its driver', noRoom: false };
  }
  return undefined;
}

/** ` (it asks for 2,048 MB and 1 core)`. */
function asked(line: string): string {
  const [, memory, cores] = /AM Resource Request = <memory:(\d+),.*?\bvCores:(\d+)/.exec(line) ?? [];
  return memory === undefined
    ? ''
    : ` (it asks for ${Number(memory).toLocaleString('en-US')} MB and ${cores} core${cores === '1' ? '' : 's'})`;
}
