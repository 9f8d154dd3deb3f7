/** Why a Spark application ended, read from Livy's log of its session. Pure. */

/** What a log tells about an end. */
export interface ICause {
  /** Half a sentence after "Session 3 is dead: ". */
  text: string;
  /** What to do, beyond connecting again. */
  fix?: string;
}

const LESS_MEMORY =
  'Bring less to the driver (aggregate, limit, write to a table), or give it more: %%configure -f {"driverMemory": "8g"} before connecting.';

/** Each: what a line looks like, and what it means. The first pattern that any line has is the cause. */
const PATTERNS: [RegExp, (match: RegExpExecArray, line: string) => ICause][] = [
  [
    /java\.lang\.OutOfMemoryError|\bMemoryError\b|exit ?code(:| is) (-104|137|-103)\b|beyond (the )?'?(physical|virtual)'? memory limit|exceeding \S* ?memory limits/i,
    (_match, line) => ({
      text: /executor/i.test(line) ? line : `its driver ran out of memory (${line})`,
      fix: LESS_MEMORY
    })
  ],
  [
    /(?:was|were) killed by user (\S+?)(?: at (\S+?))?\.?$|killed by user(?: (\S+))?/i,
    ([, who, from, other]) => ({
      text: `it was killed on YARN by ${(who ?? other) ? `the user ${who ?? other}` : 'a user'}${from ? ` at ${from}` : ''}`,
      fix: 'Ask who did it, or the people who run the cluster, before starting another.'
    })
  ],
  [
    /preempted|exitcode: -102\b/i,
    (_match, line) => ({
      text: `YARN took its resources for others (${line})`,
      fix: 'Try again, or ask for another queue: %%configure -f {"queue": "…"}.'
    })
  ],
  [
    /Required executor memory|Required AM memory|above the max threshold/i,
    (_match, line) => ({ text: line, fix: 'Ask for less memory in %%configure.' })
  ],
  [
    /killed by (SIGKILL|SIGTERM|signal 9|signal 15)|exit ?code(:| is) (143|-105|-106)\b/i,
    (_match, line) => ({
      text: `its driver was killed from outside: by somebody, by the cluster, or by a host without memory (${line})`,
      fix: 'If it happens again, look at the memory of the host, and give the driver another size in %%configure.'
    })
  ]
];

/** Livy's log without its headings and empty lines. */
export function tidyLog(log: string[] | undefined): string[] {
  return (log ?? [])
    .map(line => line.trim())
    .filter(line => line && !/^(stdout|stderr|YARN Diagnostics):\s*$/i.test(line));
}

/** What YARN said about the application, where Livy has it. */
export function yarnDiagnostics(log: string[]): string[] {
  const at = log.findIndex(line => /^\s*YARN Diagnostics:/i.test(line));
  return at < 0 ? [] : tidyLog(log.slice(at)).map(line => line.replace(/^YARN Diagnostics:\s*/i, ''));
}

/** The cause that a log tells, YARN's word first; undefined where it tells none. */
export function findCause(fullLog: string[]): ICause | undefined {
  const yarn = yarnDiagnostics(fullLog);
  for (const lines of [yarn, tidyLog(fullLog)]) {
    for (const [pattern, tell] of PATTERNS) {
      for (const line of lines.map(bare)) {
        const match = pattern.exec(line);
        if (match) {
          return tell(match, line);
        }
      }
    }
  }
  const text = yarn.length > 0 ? yarn.map(bare).join(' ').slice(0, 400) : causeIn(tidyLog(fullLog));
  return text ? { text: yarn.length > 0 ? `YARN says: ${text}` : text } : undefined;
}

/** The line of a log that tells most. */
export function causeIn(log: string[]): string | undefined {
  const lines = log.map(line => line.trim()).filter(Boolean);
  const told =
    lines.find(line => /OutOfMemory|exceed.* memory limits|Exit code is 137|Required executor memory/i.test(line)) ??
    [...lines].reverse().find(line => /^(\S+\.)?\w*(Exception|Error)\b.*:/.test(line)) ??
    [...lines].reverse().find(line => /\b(Exception|Error|denied|killed|failed)\b/i.test(line));
  return told && bare(told);
}

/** Without the log's own date and level, at most 300 characters. */
function bare(line: string): string {
  return line
    .trim()
    .replace(/^\d\d(\d\d)?[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d(,\d+)? \w+ /, '')
    .slice(0, 300);
}
