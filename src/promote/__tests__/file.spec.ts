import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parsePipeline, readPipeline, resolveArguments } from '../file';
import { workerFor, workerProblem } from '../file/workers';

const GOOD = `name: daily-feature
script: daily.py
release: emr-7.9.0   # Spark 3.5
arguments:
  - {name: day, type: date}
  - {name: window, type: int, default: 20}
  - {name: out, type: string, default: "s3://lake/out/\${day}/"}
schedule:
  expression: cron(0 6 * * ? *)
  timezone: Europe/London
  arguments: {day: <aws.scheduler.scheduled-time>}
inputs: [s3://lake/in/, market.prices]
outputs:
  - s3: s3://lake/out/
caps: {vcpu: 16, memoryGb: 64, diskGb: 200}
artifacts: s3://site-artifacts/pipelines/
`;

const told = (text: string, site = {}) =>
  parsePipeline(text, site).problems.map(
    ({ line, column, field, message, fix }) => `${line}:${column} ${field} | ${message} ${fix ?? ''}`
  );
const changed = (from: string | RegExp, to: string) => told(GOOD.replace(from, to));

describe('emr-pipeline.yaml', () => {
  it('is read with its defaults, texts for arguments, and short forms of data', () => {
    expect(readPipeline(GOOD, 'emr-pipeline.yaml')).toMatchObject({
      name: 'daily-feature',
      architecture: 'ARM64',
      arguments: [{ name: 'day' }, { name: 'window', default: '20' }, { default: 's3://lake/out/${day}/' }],
      inputs: [{ s3: 's3://lake/in/' }, { table: 'market.prices' }],
      outputs: [{ s3: 's3://lake/out/' }],
      driver: { vcpu: 2, memoryGb: 8, diskGb: 20 },
      retries: 0,
      timeLimitMinutes: 120,
      logs: { s3: 's3://site-artifacts/pipelines/daily-feature/logs/' }
    });
  });

  it('takes from the site what the file does not say', () => {
    const text = GOOD.replace(/release:.*\n/, '').replace(/artifacts:.*\n/, '');
    expect(told(text).join('\n')).toMatch(/no "release"[\s\S]*no "artifacts"/);
    const site = { pipelines: { release: 'emr-7.12.0', artifacts: 's3://site/p/', tags: { team: 'quants' } } };
    expect(parsePipeline(text, site).pipeline).toMatchObject({
      release: 'emr-7.12.0',
      artifacts: 's3://site/p/',
      tags: { team: 'quants' }
    });
    expect(told(GOOD, { pipelines: { maxCaps: { vcpu: 8 } } })).toEqual([
      '15:14 caps.vcpu | caps.vcpu is 16; your site allows 8. Make it 8 or less, or ask the platform team for more.'
    ]);
  });

  it.each<[string, string | RegExp, string, RegExp]>([
    [
      'a field misspelt',
      'artifacts:',
      'artefacts:',
      /^16:1 artefacts \| There is no field "artefacts"\. Did you mean "artifacts"/
    ],
    [
      'a form misspelt',
      'emr-7.9.0',
      '7.9',
      /^3:10 release \| release cannot be 7\.9\. A release is written emr-X\.Y\.Z/
    ],
    [
      'a table of Lake Formation with a release that cannot take its files',
      'emr-7.9.0',
      'emr-7.7.0',
      /^12:25 inputs\[1\] \| With emr-7\.7\.0 Lake Formation cannot hand out .*market\.prices\. Take emr-7\.8\.0 or later, or .*location/
    ],
    [
      'an image for a release that takes none',
      'emr-7.9.0',
      'emr-6.8.0\nimage: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1',
      /^4:8 image \| emr-6\.8\.0 takes no image/
    ],
    ['a release before Serverless', 'emr-7.9.0', 'emr-5.36.0', /has no emr-5\.36\.0/],
    [
      'caps too small',
      'vcpu: 16',
      'vcpu: 4',
      /^15:14 caps\.vcpu \| .* a driver \(2\) and one executor \(4\) do not fit\. Make it 6/
    ],
    [
      'no such worker',
      'caps:',
      'executor: {vcpu: 3, memoryGb: 16, diskGb: 20}\ncaps:',
      /^15:18 executor\.vcpu .*1, 2, 4, 8, 16 vCPU/
    ],
    ['no such memory', 'caps:', 'executor: {vcpu: 8, memoryGb: 17, diskGb: 20}\ncaps:', /16 to 60 GB, in steps of 4/],
    [
      'too much disk',
      'caps:',
      'driver: {vcpu: 2, memoryGb: 8, diskGb: 500}\ncaps:',
      /^15:40 driver\.diskGb .*20 to 200 GB/
    ],
    ['a schedule of five fields', '0 6 * * ? *', '0 6 * * *', /^9:15 schedule\.expression .*six fields.*here are 5/],
    ['two days in a schedule', '0 6 * * ? *', '0 6 * * * *', /has to be "\?"/],
    ['no such hour', '0 6 * * ? *', '0 26 * * ? *', /"26" cannot stand for the hours/],
    ['no such time zone', 'Europe/London', 'Europe/Lundon', /^10:13 schedule\.timezone/],
    [
      'a required argument that the schedule forgets',
      / {2}arguments: \{day.*\n/,
      '',
      /^8:1 schedule\.arguments .*day has no default/
    ],
    ['an argument that is none', '{day: <', '{date: 1, day: <', /^11:21 schedule\.arguments\.date .*no argument/],
    ['a default of another type', 'default: 20', 'default: many', /^6:40 arguments\[1\]\.default .*a whole number/],
    ['arguments in a circle', 'type: int, default: 20', 'type: string, default: "${out}"', /^$/],
    ['an unknown reference', '${day}', '${dai}', /\$\{dai\}, which is no argument/],
    ['a whole bucket to write to', 's3: s3://lake/out/', 's3: s3://lake/', /the whole bucket/],
    [
      'neither address nor table',
      'market.prices',
      'prices',
      /^12:25 inputs\[1\] \| inputs\[1\] cannot be "prices"\. It is s3:/
    ],
    ['an item with two', 's3: s3://lake/out/', '{s3: s3://lake/out/, table: a.b}', /s3 and table at once/],
    ['the same twice', 'caps:', 'name: other\ncaps:', /^15:1 .* This field is there twice/],
    ['no YAML', 'caps: {', 'caps: {{', /not YAML/],
    ['a number for a text', 'daily-feature', '2024', /name cannot be 2024\. It has letters/],
    ['an unknown choice', 'caps:', 'architecture: arm\ncaps:', /Did you mean ARM64/]
  ])('tells %s, and where', (what, from, to, expected) => {
    const found = changed(from, to);
    if (what === 'arguments in a circle') {
      const circle = told(GOOD.replace(from, to).replace('${day}', '${window}'));
      expect(circle).toHaveLength(1);
      expect(circle[0]).toMatch(/^6:43 arguments\[1\]\.default \| The arguments window → out → window refer/);
      return;
    }
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(expected);
  });

  it('tells several problems in one error, in the order of the lines', () => {
    const text = GOOD.replace('emr-7.9.0', 'newest').replace('vcpu: 16', 'vcpu: lots');
    expect(() => readPipeline(text, 'p.yaml')).toThrow(
      /^p\.yaml, line 3, column 10: .*\np\.yaml, line 15, column 14: /
    );
    expect(told('').join()).toContain('holds no fields');
    expect(told('- a').join()).toContain('holds no fields');
  });

  it('gives a run its arguments', () => {
    const pipeline = readPipeline(GOOD, 'p.yaml');
    expect(resolveArguments(pipeline, { day: '2024-02-29' })).toEqual({
      day: '2024-02-29',
      window: '20',
      out: 's3://lake/out/2024-02-29/'
    });
    expect(() => resolveArguments(pipeline)).toThrow(/--day has no value/);
    expect(() => resolveArguments(pipeline, { day: '2023-02-29' })).toThrow(/cannot be "2023-02-29"/);
    expect(() => resolveArguments(pipeline, { dy: '1' })).toThrow(/no argument --dy/);
    expect(() => resolveArguments(pipeline, { day: '${out}' })).toThrow(/circle/);
  });
});

describe('workers', () => {
  it('are those of AWS, and what is asked for is rounded up to one', () => {
    const otherwise = { vcpu: 4, memoryGb: 16, diskGb: 20 };
    for (const wanted of [{}, { vcpu: 3 }, { memoryGb: 33 }, { vcpu: 1, memoryGb: 50 }, { vcpu: 64, memoryGb: 999 }]) {
      const worker = workerFor(wanted, otherwise);
      expect(workerProblem(worker)).toBeUndefined();
    }
    expect(workerFor({ vcpu: 1, memoryGb: 50 }, otherwise)).toEqual({ vcpu: 8, memoryGb: 52, diskGb: 20 });
    expect(workerFor({}, otherwise)).toEqual(otherwise);
  });
});

describe('the published schema', () => {
  it('describes every field and has a default for each that IPipeline always has', () => {
    const schema = JSON.parse(
      readFileSync(join(__dirname, '..', '..', '..', 'jupyterlab_emr', 'schemas', 'emr-pipeline.json'), 'utf8')
    ) as { properties: Record<string, { description?: string; $ref?: string }> };
    for (const [name, property] of Object.entries(schema.properties)) {
      expect([name, property.description ?? property.$ref]).toEqual([name, expect.stringMatching(/./)]);
    }
  });
});
