import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dryRunHtml, dryRunRows, dryRunText, problemsText } from '../dryRun';
import { parsePipeline } from '../file';
import { formOf, withForm } from '../formText';
import { previewOf } from '../preview';

// Each look at a notebook starts an interpreter and git.
jest.setTimeout(60_000);

const CELLS = [
  { cell_type: 'markdown', source: '# Daily', metadata: {} },
  { cell_type: 'code', source: 'day = "2024-01-31"\nwindow = 20', metadata: { tags: ['parameters'] } },
  { cell_type: 'code', source: '%%local\nprint("<b>here</b>")', metadata: {} },
  {
    cell_type: 'code',
    source:
      'df = spark.read.parquet("s3://lake/in/").where(f"day = \'{day}\'")\ndf.write.parquet(f"s3://lake/out/{day}/")\ndf',
    metadata: {}
  }
];
const NOTEBOOK = { nbformat: 4, metadata: { kernelspec: { name: 'pyspark-emr', language: 'python' } }, cells: CELLS };
const SITE = { pipelines: { artifacts: 's3://site/p/', maxCaps: { vcpu: 8 } } };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emr-preview-'));
  path = join(folder, 'My Trial.ipynb');
  writeFileSync(path, JSON.stringify(NOTEBOOK));
});
afterEach(() => rmSync(folder, { recursive: true }));

const preview = (more = {}, site: object = SITE) => previewOf({ path, ...more }, { site, region: 'eu-west-1' });

describe('a preview of a notebook', () => {
  it('proposes a file that is complete, explained and right', async () => {
    const { pipeline, pipelineText, pipelineExists, scriptPath, pipelinePath, problems } = await preview();
    expect(problems).toEqual([]);
    expect({ scriptPath, pipelinePath, pipelineExists }).toEqual({
      scriptPath: join(folder, 'My Trial.py'),
      pipelinePath: join(folder, 'emr-pipeline.yaml'),
      pipelineExists: false
    });
    expect(pipeline).toMatchObject({
      name: 'my-trial',
      notebook: 'My Trial.ipynb',
      region: 'eu-west-1',
      architecture: 'ARM64',
      arguments: [
        { name: 'day', type: 'date', default: '2024-01-31' },
        { name: 'window', type: 'int', default: '20' }
      ],
      inputs: [{ s3: 's3://lake/in/' }],
      outputs: [{ s3: 's3://lake/out/' }],
      caps: { vcpu: 8, memoryGb: 72, diskGb: 100 },
      artifacts: 's3://site/p/'
    });
    expect(pipelineText).toMatch(
      /^# yaml-language-server: \$schema=https:\/\/\S+\nname: |^# yaml-language-server: \$schema=https:\/\/\S+\n#/
    );
    expect(pipelineText).toContain('# ARM64 (Graviton)');
    // The schedule is there to be switched on.
    const on = pipelineText.replace(/^# (schedule:| {2}.*)$/gm, '$1');
    expect(parsePipeline(on, SITE)).toMatchObject({
      problems: [],
      pipeline: { schedule: { expression: 'cron(0 6 * * ? *)', arguments: { day: '<aws.scheduler.scheduled-time>' } } }
    });
  });

  it("takes the form's values into the text, gives them back, and names the field of an error", async () => {
    const first = await preview();
    expect(first.schema).toMatchObject({ required: expect.arrayContaining(['name']) });
    const form = { ...first.form, caps: { vcpu: 1, memoryGb: 72, diskGb: 100 }, retries: 2 };
    const { pipelineText, form: now, problems } = await preview({ pipelineText: first.pipelineText, form });
    expect(now).toEqual(form);
    expect(pipelineText).toContain('# ARM64 (Graviton)');
    expect(problems).toEqual([expect.objectContaining({ severity: 'error', field: expect.stringMatching(/^caps/) })]);
  });

  it('has the site’s schedule, else an example of one that does nothing', async () => {
    const own = { expression: 'cron(30 6 ? * MON-FRI *)', timezone: 'Europe/London' };
    const { pipeline, problems } = await preview({}, { pipelines: { ...SITE.pipelines, schedule: own } });
    expect(problems).toEqual([]);
    expect(pipeline?.schedule).toEqual({ ...own, arguments: { day: '<aws.scheduler.scheduled-time>' } });
    const without = await preview();
    expect(without.pipeline?.schedule).toBeUndefined();
    expect(without.pipelineText).toContain('# schedule:\n#   expression: cron(0 6 * * ? *)\n#   timezone: UTC\n');
    // An expression alone is easily written where the object belongs.
    const wrong = preview({}, { pipelines: { ...SITE.pipelines, schedule: own.expression } });
    await expect(wrong).rejects.toMatchObject({
      code: 'BadConfig',
      message: expect.stringContaining('pipelines.schedule')
    });
  });

  it('asks for the bucket that nobody named', async () => {
    const { problems } = await preview({}, {});
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'error',
        subject: 'pipeline',
        message: expect.stringContaining('YOUR-BUCKET')
      })
    ]);
  });

  it('goes by the file that is there, and tells where it and the script differ', async () => {
    const { pipelineText } = await preview();
    const form = formOf(pipelineText) as { caps: object; arguments: object[] };
    const changed = withForm(`# mine\n${pipelineText}`, {
      ...form,
      caps: { ...form.caps, vcpu: 7 },
      inputs: ['s3://lake/other/'],
      arguments: [{ ...form.arguments[0], name: 'date' }, ...form.arguments.slice(1)],
      script: 'jobs/daily.py',
      release: 'emr-7.99.0'
    });
    expect(changed).toMatch(/^# mine\n/);
    expect(changed).toContain('# ARM64 (Graviton)');
    writeFileSync(join(folder, 'emr-pipeline.yaml'), changed);
    const found = await preview();
    expect(found).toMatchObject({ pipelineExists: true, scriptPath: join(folder, 'jobs/daily.py') });
    expect(found.pipeline?.caps.vcpu).toBe(7);
    const told = problemsText(found);
    expect(told).toMatch(
      /^warning \(pipeline\): emr-7\.99\.0 is not a release that is known here \(emr-6\.6\.0 to emr-7/m
    );
    expect(told).toMatch(/^warning \(pipeline\): The file does not have the script’s argument day/m);
    expect(told).toMatch(/^error \(pipeline\): The file has the argument date, which the script does not take/m);
    expect(told).toMatch(/^warning \(pipeline\): The script reads s3:\/\/lake\/in\/, which is in no input/m);
    expect(told).not.toContain('s3://lake/out/,');
  });

  it('leaves the file of another notebook alone', async () => {
    writeFileSync(join(folder, 'emr-pipeline.yaml'), 'name: other\nnotebook: other.ipynb\n');
    expect(await preview()).toMatchObject({
      pipelineExists: false,
      pipelinePath: join(folder, 'My Trial.emr-pipeline.yaml')
    });
  });

  it('tells the place of what is wrong, in the notebook and in the page’s text of the file', async () => {
    const bad = { ...NOTEBOOK, cells: [{ cell_type: 'code', source: 'x = 1\ny = = 2', metadata: {} }] };
    const { script, problems } = await preview({ notebook: bad, pipelineText: 'name: a\nrelease: 1\n' });
    expect(script).toBeUndefined();
    expect(problems[0]).toMatchObject({
      subject: 'notebook',
      cell: 0,
      line: 2,
      message: expect.stringMatching(/^this is not Python/)
    });
    expect(problems).toContainEqual(expect.objectContaining({ subject: 'pipeline', line: 2 }));
    await expect(previewOf({ path: join(folder, 'none.ipynb') }, { site: {} })).rejects.toThrow(/is not there/);
  });
});

describe('the dry run', () => {
  it('sets notebook and script side by side', async () => {
    const { script } = await preview();
    if (!script) {
      throw new Error('no script');
    }
    const rows = dryRunRows(NOTEBOOK, script);
    expect(rows.map(row => [row.cell, row.type, row.script !== undefined, row.notes.length])).toEqual([
      [0, 'markdown', false, 0],
      [1, 'code', true, 0],
      [2, 'code', false, 1],
      [3, 'code', true, 1]
    ]);
    expect(rows[3]?.script?.text).toBe(
      '# %% cell 4\ndf = spark.read.parquet("s3://lake/in/").where(f"day = \'{day}\'")\ndf.write.parquet(f"s3://lake/out/{day}/")'
    );
    const lines = dryRunText(rows, script, 80).split('\n');
    expect(lines.every(line => [...line].length <= 81)).toBe(true);
    expect(
      lines.some(line => /^%%local +│ \[not in the script\]|^\[cell 3\] +│ \[not in the script\]/.test(line))
    ).toBe(true);
    const html = dryRunHtml(rows);
    expect(html).toContain('&lt;b&gt;here&lt;/b&gt;');
    expect(html).not.toContain('<b>here');

    const coloured = { ...NOTEBOOK, cells: [{ cell_type: 'code', source: 'x = "\u001b[31m"' }] };
    expect(dryRunText(dryRunRows(coloured, script), script)).not.toContain('\u001b');
  });
});
