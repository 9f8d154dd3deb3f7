import { deadError, endedError, goneError } from '../life/reasons';

import type { LivySessionState } from '../../livy';
import type { IEvidence } from '../life/reasons';

const MINUTE = 60_000;

describe('why a session is gone, in one sentence', () => {
  const known: IEvidence = { quietMs: 2000, unheardMs: 2000, heartbeatMs: 2 * MINUTE, wasAway: false };

  it.each<[string, Partial<IEvidence>, RegExp]>([
    [
      'its limit is known',
      { quietMs: 31 * MINUTE, limitMs: 30 * MINUTE },
      /idle for 31 min, and its idle limit is 30 min/
    ],
    [
      'its limit is not known',
      { quietMs: 63 * MINUTE },
      /idle for 63 min, and Livy ends what is idle for long \(an hour/
    ],
    [
      'the host slept',
      { quietMs: 200 * MINUTE, unheardMs: 90 * MINUTE },
      /not heard of this kernel for 90 min.* after 2 min/
    ],
    ['Livy was away', { wasAway: true }, /Livy was started anew/],
    [
      'it was idle for a while',
      { quietMs: 12 * MINUTE },
      /idle for 12 min, which may be this Livy’s limit, or somebody/
    ],
    ['it was in use', {}, /somebody ended it through Livy while it was in use/]
  ])('%s', (_name, change, told) => {
    const error = endedError(3, { ...known, ...change });
    expect(error.message).toMatch(told);
    expect(error.message).toMatch(/^Session 3 has ended: [^.]+\.$/);
    expect(error.fix).toContain('%emr connect');
  });

  it('blames no heartbeat where there is none', () => {
    expect(endedError(3, { ...known, unheardMs: 5 * MINUTE, heartbeatMs: 0 }).message).toMatch(/somebody ended it/);
  });

  it.each<[LivySessionState, string[], RegExp, RegExp]>([
    [
      'dead',
      ['stderr: ', '26/01/02 03:04:05 ERROR Utils: x', 'java.lang.OutOfMemoryError: Java heap space'],
      /is dead: its driver ran out of memory \(java\.lang\.OutOfMemoryError: Java heap space\)\./,
      /driverMemory/
    ],
    [
      'dead',
      [
        '\nYARN Diagnostics: ',
        'Application application_1_2 failed 1 times due to AM Container for appattempt_1 exited with  exitCode: -104',
        "Container [pid=1] is running 12MB beyond the 'PHYSICAL' memory limit. Killing container."
      ],
      /its driver ran out of memory \(Application application_1_2 failed/,
      /driverMemory/
    ],
    [
      'killed',
      [
        'java.io.IOException: something else',
        '\nYARN Diagnostics: ',
        'Application application_1_2 was killed by user hadoop at 10.0.0.7'
      ],
      /is killed: it was killed on YARN by the user hadoop at 10\.0\.0\.7\.$/,
      /Ask who did it/
    ],
    [
      'dead',
      [
        'YARN Diagnostics: ',
        'Queue root.research is STOPPED. Cannot accept submission of application: application_1_2'
      ],
      /is dead: YARN says: Queue root.research is STOPPED\./,
      /"queue": "…"/
    ],
    ['dead', ['Driver process was killed by SIGKILL'], /killed from outside.*SIGKILL/, /%emr connect/],
    ['dead', [], /its Spark driver has ended/, /%emr connect/],
    ['killed', ['INFO nothing'], /killed, on YARN or through Livy/, /%emr connect/],
    ['error', [], /interpreter has died/, /%emr connect/]
  ])('%s with the log %j', (state, log, told, fix) => {
    const error = deadError({ id: 7, state }, log);
    expect(error.message).toMatch(told);
    expect(error.fix).toMatch(fix);
  });

  it('says where one sees who asked for a cluster’s end', () => {
    const reason = { code: 'USER_REQUEST', message: 'Terminated by user request' };
    const error = goneError({ id: 'j-1', state: 'TERMINATED', reason });
    expect(error.message).toBe('Cluster j-1 ended: Terminated by user request.');
    expect(error.detail).toContain('TerminateJobFlows for j-1');
    expect(goneError({ id: 'j-1', state: 'TERMINATED', reason: { message: 'Idle' } }).detail).toBeUndefined();
  });
});
