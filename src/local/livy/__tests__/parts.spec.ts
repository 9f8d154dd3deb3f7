import { createHash } from 'node:crypto';

import { Admission } from '../auth';
import { DriverLog } from '../log';
import { readCreate } from '../request';
import { sparkConf } from '../sparkConf';
import { Statement } from '../statement';
import { parseTime } from '../time';

describe('time strings', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2min', 120_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['1500', 1500],
    [' 5MS ', 5]
  ])('%s', (text, milliseconds) => expect(parseTime(text)).toBe(milliseconds));

  it.each([
    ['abc', 'Rejected, Reason: Invalid time string: abc'],
    ['1w', 'Rejected, Reason: Invalid suffix: "w"'],
    ['-1s', 'Rejected, Reason: Invalid value: -1']
  ])('refuses %s', (text, msg) => {
    expect(() => parseTime(text)).toThrow(expect.objectContaining({ status: 400, body: { msg } }) as Error);
  });
});

describe('a statement', () => {
  it('is written in the order and the number format of Livy, its output unread', () => {
    const statement = new Statement(3, 'a "☃"\n', 'pyspark');
    expect(statement.render().join('')).toBe(
      '{"id":3,"code":"a \\"☃\\"\\n","state":"waiting","output":null,"progress":0.0,"started":0,"completed":0}'
    );
    statement.state = 'running';
    statement.tasks = 0.075;
    expect(statement.render().join('')).toContain('"progress":0.075,');
    statement.state = 'cancelled';
    statement.output = Buffer.from('{"big":12345678901234567890,"one":1.0}');
    expect(statement.render().join('')).toContain('"output":{"big":12345678901234567890,"one":1.0},"progress":1.0');
  });
});

describe('a log', () => {
  it('shows the last lines of both streams, whole and begun', () => {
    const log = new DriverLog(2);
    log.add('stderr', 'one\ntw');
    log.add('stderr', 'o\nthree\nfo');
    log.add('stdout', 'out\n');
    expect(log.lines()).toEqual(['stdout: ', 'out', '\nstderr: ', 'two', 'three', 'fo']);
  });
});

describe('who may enter', () => {
  const header = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
  const passwordSha256 = createHash('sha256').update('p:w☃').digest('hex');

  it('is who has an unexpired pair', () => {
    const admission = new Admission();
    const credential = { username: 'ann', passwordSha256, role: 'r', expiresAt: Date.now() + 60_000 };
    expect(admission.user(header('ann:p:w☃'))).toBeUndefined();
    admission.set([{ ...credential, expiresAt: Date.now() - 1 }]);
    expect(admission.user(header('ann:p:w☃'))).toBeUndefined();
    admission.set([{ ...credential, passwordSha256: '' }, credential]);
    expect(admission.user(header('ann:p:w☃'))).toBe('ann');
    for (const wrong of [undefined, '', 'Bearer x', 'Basic', header('ann'), header('ann:'), header('bob:p:w☃')]) {
      expect(admission.user(wrong)).toBeUndefined();
    }
  });
});

describe('the configuration of a driver', () => {
  it('takes what the session asks for, but stays local and on the loopback', () => {
    const request = readCreate(
      JSON.stringify({
        conf: { 'spark.master': 'yarn', 'spark.submit.deployMode': 'cluster', 'spark.ui.port': '80', 'spark.x': 'y' },
        driverMemory: '2g',
        numExecutors: 3,
        jars: ['/a.jar', '/b.jar'],
        pyFiles: ['/c.py'],
        queue: 'q'
      }),
      '0.9.0'
    );
    const conf = sparkConf(4, request, { 'spark.master': 'local[1]', 'spark.jars': '/site.jar' }, '/work/session-4');
    expect(conf).toMatchObject({
      'spark.app.name': 'livy-session-4',
      'spark.master': 'local[1]',
      'spark.x': 'y',
      'spark.driver.memory': '2g',
      'spark.executor.instances': '3',
      'spark.jars': '/site.jar,/a.jar,/b.jar',
      'spark.submit.pyFiles': '/c.py',
      'spark.yarn.queue': 'q',
      'spark.ui.port': '0',
      'spark.driver.bindAddress': '127.0.0.1',
      'spark.sql.warehouse.dir': '/work/warehouse'
    });
    expect(conf).not.toHaveProperty('spark.submit.deployMode');
    expect(conf).not.toHaveProperty('spark.executor.memory');
  });
});
