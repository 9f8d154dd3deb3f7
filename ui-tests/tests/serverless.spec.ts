/** A notebook on an EMR Serverless application, bound in the connect dialog. */
import { CreateApplicationCommand, EMRServerlessClient } from '@aws-sdk/client-emr-serverless';
import { expect, test } from '@jupyterlab/galata';

import { Account } from './account';
import { REAL, cellText, endKernels, openNotebook, openSidebar, runCell } from './support';

test.use(REAL);

const account = new Account();
test.afterEach(({ page }) => endKernels(page));

test('an application is chosen as a cluster is, started, and worked on', async ({ page, tmpPath }) => {
  const client = new EMRServerlessClient({
    endpoint: account.endpoint,
    region: account.region,
    credentials: {
      accessKeyId: account.env['AWS_ACCESS_KEY_ID'],
      secretAccessKey: account.env['AWS_SECRET_ACCESS_KEY']
    }
  });
  const { applicationId = '' } = await client.send(
    new CreateApplicationCommand({
      name: 'trials',
      type: 'SPARK',
      releaseLabel: 'emr-7.9.0',
      interactiveConfiguration: { livyEndpointEnabled: true }
    })
  );
  client.destroy();
  await page.goto();
  await openSidebar(page);
  const panel = await openNotebook(page, tmpPath, 'serverless.ipynb', 'pyspark-emr');
  const button = panel.locator('[data-emr=notebook-binding]');
  await button.click();
  const dialog = page.locator('[data-emr=connect-dialog]');
  await dialog.locator('[data-emr=cluster-select]').selectOption(applicationId);
  await expect(dialog.locator('[data-emr=application-asleep]')).toContainText('connecting starts it');
  await expect(dialog.locator('[data-emr=connect-submit]')).toBeDisabled();
  await dialog.locator('[data-emr=role-select]').selectOption(account.roles.analyst);
  await dialog.locator('[data-emr=connect-submit]').click();
  await expect(dialog).toBeHidden({ timeout: 90_000 });
  await expect(button).toHaveAttribute('data-state', 'idle');
  await expect(button).toHaveAttribute('data-application-id', applicationId);
  await expect(button).toContainText('trials');
  await runCell(page, 0, '40 + 2');
  await expect.poll(() => cellText(page, 0)).toContain('42');

  const popup = page.waitForEvent('popup');
  await button.click();
  await page.locator('[data-emr=binding-menu] [data-command="emr:open-spark-ui"]').click();
  expect((await popup).url()).toMatch(/^http/);

  await page.notebook.save();
  const saved = await page.request.get(`/api/contents/${tmpPath}/serverless.ipynb?content=1`);
  const { content } = (await saved.json()) as { content: { metadata: { emr?: Record<string, unknown> } } };
  expect(content.metadata.emr).toMatchObject({ applicationId, runtimeRole: account.roles.analyst });
  expect(content.metadata.emr).not.toHaveProperty('clusterId');
});
