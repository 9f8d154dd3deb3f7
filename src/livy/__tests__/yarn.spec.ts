import { yarnDiagnostics, yarnWait } from '..';

/** As Livy's log of a session on YARN is built: spark-submit's lines, then YARN's own word. */
const CLIENT = [
  'stdout: ',
  '\nstderr: ',
  '26/08/25 10:15:08 INFO YarnClientImpl: Submitted application application_1756116000000_0042',
  '26/08/25 10:15:09 INFO Client: Application report for application_1756116000000_0042 (state: ACCEPTED)',
  '26/08/25 10:15:09 INFO Client: ',
  '\t client token: N/A',
  '\t diagnostics: [Tue Aug 25 10:15:08 +0000 2026] Application is Activated, waiting for resources to be assigned for AM. ',
  '\t queue: default'
];
const HEADING = '\nYARN Diagnostics: ';

describe('what YARN does for a session that starts', () => {
  it.each<[string, string, boolean]>([
    [
      // CapacityScheduler, the queue's share for drivers is used up.
      "[Tue Aug 25 10:15:09 +0000 2026] Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.  Details : AM Partition = <DEFAULT_PARTITION>; AM Resource Request = <memory:2432, max memory:12288, vCores:1, max vCores:8>; Queue Resource Limit for AM = <memory:5120, vCores:1>; User AM Resource Limit of the queue = <memory:5120, vCores:1>; Queue AM Resource Usage = <memory:4864, vCores:2>; ",
      "YARN has no room for its driver yet: queue's AM resource limit exceeded (it asks for 2,432 MB and 1 core)",
      true
    ],
    [
      // A cluster whose core nodes have not joined.
      '[Tue Aug 25 10:15:09 +0000 2026] Application is added to the scheduler and is not yet activated. Skipping AM assignment as cluster resource is empty.  Details : AM Partition = <DEFAULT_PARTITION>; AM Resource Request = <memory:896, vCores:2>; ',
      'YARN has no room for its driver yet: skipping AM assignment as cluster resource is empty (it asks for 896 MB and 2 cores)',
      true
    ],
    ['Application is added to the scheduler and is not yet activated. ', 'YARN has no room for its driver yet', true],
    [
      "[Tue Aug 25 10:15:09 +0000 2026] Application is Activated, waiting for resources to be assigned for AM.  Details : AM Partition = <DEFAULT_PARTITION> ; Partition Resource = <memory:20480, vCores:4> ; Queue's Absolute capacity = 100.0 % ; ",
      'YARN looks for room for its driver',
      true
    ],
    [
      'Scheduler has assigned a container for AM, waiting for AM container to be launched',
      'YARN starts its driver',
      false
    ],
    ['AM container is launched, waiting for AM container to Register with RM', 'YARN starts its driver', false]
  ])('%s', (said, text, noRoom) => {
    expect(yarnWait([...CLIENT, HEADING, said])).toEqual({ text, noRoom });
  });

  it('is what spark-submit was told where Livy gives no word of YARN', () => {
    expect(yarnWait(CLIENT)?.noRoom).toBe(true);
    // It is old news where YARN has nothing to say any more: the driver runs.
    expect(yarnWait([...CLIENT, HEADING])).toBeUndefined();
    expect(yarnWait(undefined)).toBeUndefined();
  });

  it('comes whole, in lines', () => {
    expect(yarnDiagnostics(CLIENT)).toBeUndefined();
    expect(yarnDiagnostics([...CLIENT, HEADING])).toEqual([]);
    expect(yarnDiagnostics([...CLIENT, HEADING, 'one\ntwo', ' ', 'three'])).toEqual(['one', 'two', 'three']);
    expect(yarnDiagnostics(['YARN Diagnostics: Killed.'])).toEqual(['Killed.']);
  });
});
