/** Why a Spark application ended, read from Livy's log of its session. Pure. */
import { yarnDiagnostics } from '../../livy';

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
    /java\.lang\.OutOfMemoryError|\bMemoryError\b|exit ?code(:| is)? (-104|137|-103)\b|beyond (the )?'?(physical|virtual)'? memory limit|exceeding \S* ?memory limits/i,
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
    /\*lost\* node|exit ?code(:| is)? -100\b/i,
    (_match, line) => ({
      text: `the cluster lost the node that its driver ran on (${line})`,
      fix: 'A spot instance that was taken back and a scale-in do that: ask the platform team for a template whose drivers run on on-demand nodes.'
    })
  ],
  [
    /ApplicationMaster for attempt \S+ timed out/i,
    (_match, line) => ({
      text: `YARN did not hear of its driver any more (${line})`,
      fix: `A driver that does nothing but collect garbage is silent. ${LESS_MEMORY}`
    })
  ],
  [
    /to unknown queue|(?:cannot|not have permission to) submit \S+ to queue|queue \S+ (?:already has \d+ applications|is STOPPED)/i,
    (_match, line) => ({ text: `YARN says: ${line}`, fix: 'Name another queue: %%configure -f {"queue": "…"}.' })
  ],
  [
    /exit ?code(:| is)? -1000\b/i,
    (_match, line) => ({
      text: `YARN could not bring its files to the node (${line})`,
      fix: 'Look at jars, pyFiles, files and archives in %%configure: they have to exist, and the cluster has to be allowed to read them.'
    })
  ],
  [
    /Max number of executor failures|Due to executor failures all available nodes/i,
    (_match, line) => ({
      text: `too many of its executors failed (${line})`,
      fix: 'Their memory is the usual cause: give them more, %%configure -f {"executorMemory": "8g"}, or bring them smaller partitions.'
    })
  ],
  [
    /Required executor memory|Required AM memory|above the max threshold/i,
    (_match, line) => ({ text: line, fix: 'Ask for less memory in %%configure.' })
  ],
  [
    /killed by (SIGKILL|SIGTERM|signal 9|signal 15)|exit ?code(:| is)? (143|-105|-106)\b/i,
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

/** The cause that a log tells, YARN's word first; undefined where it tells none. */
export function findCause(fullLog: string[]): ICause | undefined {
  const yarn = (yarnDiagnostics(fullLog) ?? []).map(bare);
  for (const lines of [yarn, tidyLog(fullLog).map(bare)]) {
    for (const [pattern, tell] of PATTERNS) {
      for (const line of lines) {
        const match = pattern.exec(line);
        if (match) {
          return tell(match, line);
        }
      }
    }
  }
  if (yarn.length === 0) {
    const text = causeIn(tidyLog(fullLog));
    return text ? { text } : undefined;
  }
  // The driver's own last words come after what YARN has to say about containers.
  const words = yarn.findIndex(line => /^Last \d+ bytes of stderr/i.test(line));
  const own = words < 0 ? undefined : causeIn(yarn.slice(words + 1));
  return { text: `YARN says: ${own ? `${yarn[0]} (${own})` : yarn.join(' ').slice(0, 400)}` };
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

/** Without the log's own date and level, and without YARN's pointer to a page that links do not reach; at most 300 characters. */
function bare(line: string): string {
  return line
    .trim()
    .replace(/^\[\d{4}-\d\d-\d\d [\d:.]+\]\s*/, '')
    .replace(/\s*For more detailed output, check .*$/, '')
    .replace(/^\d\d(\d\d)?[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d(,\d+)? \w+ /, '')
    .slice(0, 300);
}
