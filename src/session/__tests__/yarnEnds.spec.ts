import { deadError, notStartedError } from '../life/reasons';

import type { LivySessionState } from '../../livy';

/** What Hadoop 2.7 to 3.4 say, as Livy hands it on: a line each, the last part of the session's log. */
const CLIENT = [
  'stdout: ',
  '\nstderr: ',
  '26/08/25 10:15:08 INFO Client: Verifying our application has not requested more than the maximum memory capability of the cluster (12288 MB per container)',
  '26/08/25 10:15:09 INFO Client: Application report for application_1756116000000_0042 (state: ACCEPTED)',
  '26/08/25 10:15:09 INFO ShutdownHookManager: Shutdown hook called',
  '\nYARN Diagnostics: '
];
const APP = 'application_1756116000000_0042';
const failed = (code: number): string =>
  `Application ${APP} failed 1 times (global limit =2; local limit is =1) due to AM Container for appattempt_1756116000000_0042_000001 exited with  exitCode: ${code}`;
const MORE = `For more detailed output, check the application tracking page: http://ip-10-0-0-7.ec2.internal:8088/cluster/app/${APP} Then click on links to logs of each attempt.`;
const LAUNCH = [
  'Failing this attempt.Diagnostics: [2026-08-25 10:20:08.515]Exception from container-launch.',
  'Container id: container_1756116000000_0042_01_000001',
  'Exit code: 13',
  '',
  '[2026-08-25 10:20:08.522]Container exited with a non-zero exit code 13. Error file: prelaunch.err.',
  'Last 4096 bytes of prelaunch.err :',
  'Last 4096 bytes of stderr :',
  '26/08/25 10:20:07 INFO ApplicationMaster: Starting the user application in a separate Thread',
  "26/08/25 10:20:08 ERROR ApplicationMaster: User class threw exception: java.lang.IllegalArgumentException: requirement failed: Can't find the table",
  "java.lang.IllegalArgumentException: requirement failed: Can't find the table",
  '\tat scala.Predef$.require(Predef.scala:281)',
  '26/08/25 10:20:08 INFO ApplicationMaster: Final app status: FAILED, exitCode: 13',
  '',
  MORE,
  '. Failing the application.'
];

describe('YARN’s own texts', () => {
  it.each<[string, LivySessionState, string[], string, RegExp]>([
    [
      'memory, Hadoop 3',
      'dead',
      [
        failed(-104),
        "Failing this attempt.Diagnostics: [2026-08-25 10:20:08.394]Container [pid=24774,containerID=container_1756116000000_0042_01_000001] is running 3432448B beyond the 'PHYSICAL' memory limit. Current usage: 2.4 GB of 2.4 GB physical memory used; 4.0 GB of 11.9 GB virtual memory used. Killing container.",
        'Dump of the process-tree for container_1756116000000_0042_01_000001 :',
        '\t|- PID PPID PGRPID SESSID CMD_NAME USER_MODE_TIME(MILLIS) SYSTEM_TIME(MILLIS) VMEM_USAGE(BYTES) RSSMEM_USAGE(PAGES) FULL_CMD_LINE',
        '[2026-08-25 10:20:08.410]Container killed on request. Exit code is 143',
        '[2026-08-25 10:20:08.411]Container exited with a non-zero exit code 143. ',
        MORE,
        '. Failing the application.'
      ],
      'its driver ran out of memory (Application application_1756116000000_0042 failed 1 times',
      /driverMemory/
    ],
    [
      'memory, Hadoop 2',
      'dead',
      [
        `Application ${APP} failed 2 times due to AM Container for appattempt_1756116000000_0042_000002 exited with  exitCode: -103`,
        `For more detailed output, check application tracking page:http://m:8088/cluster/app/${APP}Then, click on links to logs of each attempt.`,
        'Diagnostics: Container [pid=28408,containerID=container_1] is running beyond virtual memory limits. Current usage: 291.9 MB of 1 GB physical memory used; 2.2 GB of 2.1 GB virtual memory used. Killing container.'
      ],
      'its driver ran out of memory',
      /driverMemory/
    ],
    [
      'the host’s memory',
      'dead',
      [
        failed(137),
        'Failing this attempt.Diagnostics: [2026-08-25 10:20:08.410]Container killed on request. Exit code is 137'
      ],
      'its driver ran out of memory',
      /driverMemory/
    ],
    [
      'a spot instance taken back',
      'dead',
      [failed(-100), `Failing this attempt.Diagnostics: Container released on a *lost* node${MORE}`],
      'the cluster lost the node that its driver ran on',
      /on-demand/
    ],
    [
      'preemption',
      'dead',
      [failed(-102), 'Failing this attempt.Diagnostics: Container preempted by scheduler'],
      'YARN took its resources for others',
      /"queue"/
    ],
    [
      'a file that is not there',
      'dead',
      [
        failed(-1000),
        'Failing this attempt.Diagnostics: [2026-08-25 10:15:10.355]File does not exist: hdfs://ip-10-0-0-7:8020/jars/none.jar',
        'java.io.FileNotFoundException: File does not exist: hdfs://ip-10-0-0-7:8020/jars/none.jar'
      ],
      'YARN could not bring its files to the node',
      /jars, pyFiles/
    ],
    [
      'the driver’s own last words',
      'dead',
      [failed(13), ...LAUNCH],
      "exited with  exitCode: 13 (java.lang.IllegalArgumentException: requirement failed: Can't find the table)",
      /%emr connect/
    ],
    [
      'silence',
      'dead',
      [
        `Application ${APP} failed 1 times (global limit =2; local limit is =1) due to ApplicationMaster for attempt appattempt_1756116000000_0042_000001 timed out. Failing the application.`
      ],
      'YARN did not hear of its driver any more',
      /driverMemory/
    ],
    [
      'a user, by name',
      'killed',
      [`Application ${APP} was killed by user hadoop at 10.0.0.7`],
      'it was killed on YARN by the user hadoop at 10.0.0.7.',
      /Ask who/
    ],
    ['a user, Hadoop 2', 'killed', ['Application killed by user.'], 'it was killed on YARN by a user.', /Ask who/],
    [
      'executors',
      'dead',
      ['Max number of executor failures (4) reached'],
      'too many of its executors failed',
      /executorMemory/
    ],
    ['the program', 'dead', ['User application exited with status 1'], 'YARN says: User application exited', /connect/]
  ])('%s', (_name, state, said, text, fix) => {
    const error = deadError({ id: 7, state }, [...CLIENT, ...said]);
    expect(error.message).toContain(`Session 7 is ${state}: `);
    expect(error.message).toContain(text);
    expect(error.message).not.toContain('For more detailed output');
    expect(error.fix).toMatch(fix);
  });

  it('Livy’s own limit, which no log tells', () => {
    const error = notStartedError({ id: 7, state: 'shutting_down' }, ['stderr: ', 'WARN NativeCodeLoader: x']);
    expect(error.message).toContain('its driver did not report in time');
  });

  it.each([
    [`Application ${APP} submitted by user ann to unknown queue: research`],
    [
      `org.apache.hadoop.security.AccessControlException: User ann does not have permission to submit ${APP} to queue root.research`
    ],
    ['User ann cannot submit applications to queue root.research']
  ])('a queue that takes nothing: %s', said => {
    for (const log of [
      [...CLIENT, said],
      ['stderr: ', `Exception in thread "main" YarnException: ${said}`]
    ]) {
      const error = notStartedError({ id: 7, state: 'dead' }, log);
      expect(error.message).toContain('research');
      expect(error.fix).toContain('"queue": "…"');
    }
  });
});
