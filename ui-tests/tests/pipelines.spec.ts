/** A pipeline in the sidebar: started, failed, cancelled, compared, read, run again; and the application of notebooks. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateApplicationCommand, EMRServerlessClient } from '@aws-sdk/client-emr-serverless';
import { expect, test } from '@jupyterlab/galata';

import { Account } from './account';
import { REAL, endKernels, expectAccessible, openSidebar, picture, pressIn, tabTo } from './support';

test.use(REAL);
// Four runs of real Spark.
test.setTimeout(420_000);

const account = new Account();
const folder = mkdtempSync(join(tmpdir(), 'emr-pipeline-'));
const RUN_ENDS = { timeout: 180_000 };

const PIPELINE = `name: features
script: script.py
release: emr-7.9.0
caps: {vcpu: 16, memoryGb: 64, diskGb: 200}
driver: {vcpu: 1, memoryGb: 2, diskGb: 20}
artifacts: s3://emr-artifacts-us-east-1/pipelines/
arguments:
  - {name: day, type: date, description: Which day}
  - {name: seconds, type: int, default: 0}
  - {name: table, type: string, default: ""}
outputs: [s3://emr-demo-us-east-1/features/]
schedule: {expression: "rate(30 days)", arguments: {day: "2026-01-31"}}
retries: 0
`;
const SCRIPT = `import argparse
import time

from pyspark.sql import SparkSession

parser = argparse.ArgumentParser()
parser.add_argument("--day", required=True)
parser.add_argument("--seconds", type=int, default=0)
parser.add_argument("--table", default="")
arguments = parser.parse_args()
spark = SparkSession.builder.getOrCreate()
# %% cell 2
if arguments.table:
    spark.table(arguments.table).count()
print("rows", spark.range(100).count(), "of", arguments.day, flush=True)
time.sleep(arguments.seconds)
`;

test.beforeAll(async () => {
  writeFileSync(join(folder, 'emr-pipeline.yaml'), PIPELINE);
  writeFileSync(join(folder, 'script.py'), SCRIPT);
  const cli = join(__dirname, '..', '..', 'jupyterlab_emr', 'node', 'cli.mjs');
  execFileSync(process.execPath, [cli, 'promote', 'emr-pipeline.yaml', '--yes', '--json'], {
    cwd: folder,
    env: { ...process.env, ...account.env }
  });
  const client = new EMRServerlessClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: {
      accessKeyId: account.env['AWS_ACCESS_KEY_ID'],
      secretAccessKey: account.env['AWS_SECRET_ACCESS_KEY']
    }
  });
  const livy = { livyEndpointEnabled: true };
  await client.send(
    new CreateApplicationCommand({
      name: 'desk',
      type: 'SPARK',
      releaseLabel: 'emr-7.9.0',
      interactiveConfiguration: livy
    })
  );
  client.destroy();
});
test.afterAll(() => rmSync(folder, { recursive: true }));
test.afterEach(({ page }) => endKernels(page));

test('runs of a pipeline are started, followed, explained and compared in the sidebar', async ({ page }) => {
  await page.goto();
  const sidebar = await openSidebar(page);
  await page.evaluate(() => window.jupyterapp.commands.execute('emr:show-pipelines', { pipeline: 'features' }));
  const card = sidebar.locator('[data-emr=pipeline][data-name=features]');
  await expect(card).toContainText('It has not run yet.');
  const dialog = page.locator('[data-emr=run-dialog]');
  const argument = (name: string) => dialog.locator(`[data-argument=${name}]`);
  const rows = card.locator('[data-emr=run]');
  const toast = page.locator('.jp-toast-message');

  // By the keyboard alone.
  await tabTo(page, card.locator('[data-emr=pipeline-run]'));
  await page.keyboard.press('Enter');
  await expect(argument('day')).toBeFocused();
  await page.keyboard.type('2026-01-31');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(rows.first()).toHaveAttribute('data-state', 'SUCCESS', RUN_ENDS);
  await expect(rows.first().locator('[data-emr=run-cost]')).toContainText('≈ $');
  await expect(toast.filter({ hasText: /features \(.* s, ≈ \$.*\) succeeded/ })).toBeVisible();

  // What the page shows of the failure is Spark's error and the line, not that there was one.
  await rows.first().locator('[data-emr=run-toggle]').click();
  await rows.first().locator('[data-emr=run-again]').click();
  await expect(argument('day')).toHaveValue('2026-01-31');
  await argument('table').fill('no_such_table');
  await dialog.locator('[data-emr=run-submit]').click();
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toHaveAttribute('data-state', 'FAILED', RUN_ENDS);
  await expect(rows.first().locator('[data-emr=run-failure]')).toContainText('AnalysisException: [TABLE_OR_VIEW_NOT');
  const failed = toast.filter({ hasText: 'failed: AnalysisException' });
  await expect(failed).toBeVisible();
  await picture(page, 'pipelines-failed', 'allow');

  // From the notification to the log.
  await page
    .locator('.Toastify__toast', { hasText: 'failed: AnalysisException' })
    .getByRole('button', { name: 'Log' })
    .click();
  const log = page.locator('[data-emr=run-log]');
  await expect(log.locator('[data-emr=run-log-text]')).toContainText('no_such_table');
  await log.locator('[data-emr=run-log-stream]').selectOption('stderr');
  await expect(log.locator('[data-emr=run-log-text]')).toContainText(/INFO|WARN|ERROR/);

  // One that goes on is cancelled.
  await card.locator('[data-emr=pipeline-run]').click();
  await argument('day').fill('2026-02-01');
  await argument('seconds').fill('900');
  await dialog.locator('[data-emr=run-submit]').click();
  await expect(rows).toHaveCount(3);
  await expect(rows.first()).toHaveAttribute('data-state', 'RUNNING', RUN_ENDS);
  await rows.first().locator('[data-emr=run-cancel]').click();
  await expect(rows.first()).toHaveAttribute('data-state', 'CANCELLED', RUN_ENDS);
  await expect(card.locator('[data-emr=run-chart] g')).toHaveCount(3);
  await expect(card.locator('[data-emr=run-chart] g[data-kind=bad]')).toHaveCount(1);

  // The failed one, against the last good one.
  const bad = card.locator('[data-emr=run][data-state=FAILED]');
  await bad.locator('[data-emr=run-toggle]').click();
  await expect(bad.locator('[data-emr=run-failure]')).toContainText('spark.table(arguments.table).count()');
  await bad.locator('[data-emr=run-compare]').click();
  const comparison = page.locator('[data-emr=compare-dialog]');
  await expect(comparison.locator('[data-what=outcome]')).toHaveText('outcomeSucceededFailed');
  await expect(comparison.locator('[data-what="argument table"][data-same=false]')).toContainText('no_such_table');
  await expectAccessible(page, '.jp-EMR-dialog');
  await picture(page, 'pipelines-compare');
  await pressIn(page.locator('.jp-EMR-dialog'), 'Escape');
  await expect(comparison).toBeHidden();

  const popup = page.waitForEvent('popup');
  await bad.locator('[data-emr=run-ui]').click();
  expect((await popup).url()).toMatch(/^http/);

  const schedule = card.locator('[data-emr=schedule-switch]');
  await schedule.uncheck();
  await expect(schedule).toHaveAttribute('aria-busy', 'false');
  await expect(card.locator('[data-emr=schedule-off]')).toBeVisible();
  await expect(schedule).not.toBeChecked();

  await card.locator('[data-emr=pipeline-template]').click();
  await expect(page.locator('[data-emr=template-text]')).toContainText('AWS::EMRServerless::Application');

  // The applications: the pipeline's own takes no notebooks.
  await sidebar.locator('[data-emr=applications] > summary').click();
  const desk = sidebar.locator('[data-emr=application]', { hasText: 'desk' });
  await desk.locator('[data-emr=application-start]').click();
  await expect(desk).toHaveAttribute('data-state', 'STARTED', { timeout: 60_000 });
  await expect(sidebar.locator('[data-emr=applications-others]')).toContainText('of the pipeline features');
  await picture(page, 'pipelines-light');
});
