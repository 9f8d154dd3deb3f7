import { CreateApplicationCommand, EMRServerlessClient } from '@aws-sdk/client-emr-serverless';

import type { IControlService } from '..';
import { connectInfo, createControl, doctor } from '..';
import type { ISiteConfig } from '../../config';
import { readSiteConfig } from '../../config';
import type { ILocalAccount } from './localAccount';
import { startLocalAccount } from './localAccount';

jest.setTimeout(60_000);

describe('applications of EMR Serverless', () => {
  let account: ILocalAccount;
  let control: IControlService;
  let site: ISiteConfig;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    account = await startLocalAccount(200);
    site = readSiteConfig(account.env);
    control = createControl({ site });
    const client = new EMRServerlessClient({});
    const make = async (name: string, livy: boolean, releaseLabel = 'emr-7.9.0', type = 'SPARK') => {
      const made = await client.send(
        new CreateApplicationCommand({
          name,
          type,
          releaseLabel,
          architecture: 'ARM64',
          ...(livy ? { interactiveConfiguration: { livyEndpointEnabled: true } } : {}),
          autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 600 }
        })
      );
      ids[name] = made.applicationId ?? '';
    };
    await make('trials', true);
    await make('closed', false);
    await make('hive', false, 'emr-7.9.0', 'HIVE');
    await make('old', false, 'emr-6.13.0');
    client.destroy();
  });
  afterAll(async () => {
    control?.dispose();
    await account?.stop();
  });

  it('are listed by name, with why a notebook cannot connect', async () => {
    const { applications, problem } = await control.call('applications.list', {});
    expect(problem).toBeUndefined();
    expect(applications.map(({ name, livy }) => [name, livy])).toEqual([
      ['closed', false],
      ['hive', false],
      ['old', false],
      ['trials', true]
    ]);
    expect(applications.map(({ why = '' }) => why)).toEqual([
      expect.stringContaining('livyEndpointEnabled'),
      expect.stringMatching(/hive/i),
      expect.stringContaining('emr-6.13.0'),
      ''
    ]);
    expect(applications.at(-1)).toMatchObject({
      applicationId: ids['trials'],
      release: 'emr-7.9.0',
      architecture: 'ARM64',
      autoStopMinutes: 600
    });
  });

  it('are listed without details where those may not be read', async () => {
    await account.fault('emr-serverless', 'GetApplication', 'AccessDeniedException', 50, 'not authorized');
    const fresh = createControl({ site });
    const { applications, problem } = await fresh.call('applications.list', {});
    fresh.dispose();
    // What was read before and did not change is not asked for again.
    expect((await control.call('applications.list', {})).applications.at(-1)).toMatchObject({ livy: true });
    await account.mend();
    expect(problem?.message).toContain('emr-serverless:GetApplication');
    expect(applications.map(({ name }) => name)).toEqual(['closed', 'hive', 'old', 'trials']);
    expect(applications.at(-1)).toMatchObject({ why: 'its details may not be read' });
    expect(applications.at(-1)?.livy).toBeUndefined();
  });

  it('are started and stopped by name', async () => {
    expect((await control.call('applications.start', { application: 'trials' })).state).toMatch(/^START/);
    expect((await control.call('applications.stop', { application: ids['trials'] })).state).toMatch(/^STOP/);
    await expect(control.call('applications.stop', { application: 'nobody' })).rejects.toMatchObject({
      code: 'ApplicationNotFound',
      fix: expect.stringContaining('trials') as string
    });
  });

  it('are connected to by a line that names no key', async () => {
    const info = await connectInfo(control, { site }, 'trials', account.roles.analyst);
    expect(info.connect).toBe(
      `%emr connect --application-id ${ids['trials']} --execution-role ${account.roles.analyst}`
    );
    expect(info.endpoint).toContain(ids['trials']);
    await expect(connectInfo(control, { site }, 'closed')).rejects.toMatchObject({ code: 'NoLivyEndpoint' });
    await expect(connectInfo(control, { site }, 'nobody')).rejects.toMatchObject({ code: 'ClusterNotFound' });
  });

  it.each([
    ['trials', undefined, 'the signature'],
    ['closed', 'application', 'livyEndpointEnabled'],
    ['nobody', 'application', 'There is no EMR Serverless application "nobody"']
  ])('the doctor looks at %s', async (name, failing, words) => {
    const checks = await doctor({ site }, { applicationId: name, runtimeRole: account.roles.analyst });
    expect(checks.filter(({ ok }) => !ok).map(check => check.name)).toEqual(failing ? [failing] : []);
    expect(checks.at(-1)?.message).toContain(words);
  });
});
