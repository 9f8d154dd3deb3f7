import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Bindings, origins } from '..';
import { layered } from '../settings/layers';
import { readSparkmagicConfig } from '../settings/sparkmagic';

import type { ILayer } from '..';

const ENV = { TEAM: 'quants', HOME_DIR: '/mnt', AWS_SECRET_ACCESS_KEY: 'x', GITHUB_TOKEN: 'x', DB_PASSWORD: 'x' };

describe('layers', () => {
  const layers: ILayer[] = [
    { name: 'sparkmagic', settings: { driverMemory: '1g', executorCores: 1, conf: { a: '1', b: '1' } } },
    { name: 'site', settings: { driverMemory: '2g', queue: '${TEAM}' } },
    { name: 'user', settings: { conf: { b: '2' } } },
    { name: 'cell', settings: { jars: ['${HOME_DIR}/x.jar', '$${HOME_DIR}'], conf: { c: '${spark.a} ${env:B}' } } }
  ];

  it('lays later ones over earlier ones, conf key by key, with variables put in', () => {
    expect(layered(layers, ENV)).toEqual({
      driverMemory: '2g',
      executorCores: 1,
      queue: 'quants',
      jars: ['/mnt/x.jar', '${HOME_DIR}'],
      conf: { a: '1', b: '2', c: '${spark.a} ${env:B}' }
    });
  });

  it('knows where each setting comes from', () => {
    expect(origins(layers, ENV).map(({ field, layer }) => [field, layer])).toEqual([
      ['driverMemory', 'site'],
      ['executorCores', 'sparkmagic'],
      ['conf.a', 'sparkmagic'],
      ['conf.b', 'user'],
      ['queue', 'site'],
      ['jars', 'cell'],
      ['conf.c', 'cell']
    ]);
  });

  it.each([
    ['${NOBODY}', 'there is no variable NOBODY'],
    ['a${AWS_SECRET_ACCESS_KEY}', 'holds a credential'],
    ['${GITHUB_TOKEN}', 'holds a credential'],
    ['${DB_PASSWORD}', 'holds a credential']
  ])('%j is an error that names field, layer and variable', (value, words) => {
    const run = (): unknown => layered([{ name: 'site', settings: { conf: { 'spark.x': value } } }], ENV);
    expect(run).toThrow(words);
    expect(run).toThrow('conf.spark.x (the site’s configuration)');
  });

  it('come from the files, the page and the notebook', () => {
    const bindings = new Bindings({
      language: 'pyspark',
      site: { sessionDefaults: { driverMemory: '1g', queue: 'site' } },
      sparkmagic: { sessionConfigs: { driverMemory: '512m', executorCores: 1, executorMemory: '1g' } },
      env: ENV,
      emr: () => {
        throw new Error('not asked');
      }
    });
    bindings.setUserSettings({ queue: 'user', executorMemory: '2g', numExecutors: 1 });
    const session = bindings.open('research');
    session.setOffer({
      binding: { clusterId: 'j-1', region: 'r', settings: { executorMemory: '3g', driverCores: 3 } },
      auto: false
    });
    session.settings = { driverCores: 4 };
    expect(session.nextSettings()).toEqual({
      driverMemory: '1g',
      executorCores: 1,
      executorMemory: '3g',
      queue: 'user',
      numExecutors: 1,
      driverCores: 4
    });
    expect(() => bindings.setUserSettings({ memory: '1g' })).toThrow('Your settings (sessionSettings): "memory"');
  });
});

describe('sparkmagic’s config.json', () => {
  const read = (text: string): ReturnType<typeof readSparkmagicConfig> => {
    const folder = mkdtempSync(join(tmpdir(), 'sparkmagic-'));
    writeFileSync(join(folder, 'config.json'), text);
    return readSparkmagicConfig({ SPARKMAGIC_CONF_DIR: folder });
  };

  it('gives sessions, headers, rows, time and the Livy of each kernel', () => {
    const config = read(
      JSON.stringify({
        session_configs: { driverMemory: '1g', conf: { a: 1 } },
        custom_headers: { 'X-Team': 7 },
        default_maxrows: 100,
        livy_session_startup_timeout_seconds: 30,
        kernel_python_credentials: { username: 'u', password: 'p', url: 'https://h:1', auth: 'Basic_Access' },
        kernel_scala_credentials: { username: '', password: '', url: 'http://h:2', auth: 'None' },
        kernel_r_credentials: { url: '' }
      })
    );
    expect(config).toEqual({
      sessionConfigs: { driverMemory: '1g', conf: { a: 1 } },
      customHeaders: { 'X-Team': '7' },
      maxRows: 100,
      startupTimeoutSeconds: 30,
      endpoints: {
        pyspark: { livyUrl: 'https://h:1', authType: 'Basic_Access', basic: { username: 'u', password: 'p' } },
        spark: { livyUrl: 'http://h:2', authType: 'None' }
      }
    });
  });

  it('is told where it cannot be used, and is no error where it is not there', () => {
    expect(read('{').problems?.[0]).toContain('cannot be read');
    expect(read('[]').problems?.[0]).toContain('not a JSON object');
    const config = read(JSON.stringify({ session_configs: { memory: 1, queue: 'q' }, ignore_ssl_errors: true }));
    expect(config.sessionConfigs).toEqual({ queue: 'q' });
    expect(config.problems).toEqual([
      expect.stringContaining('"memory" is not a field'),
      expect.stringContaining('ignore_ssl_errors')
    ]);
    expect(readSparkmagicConfig({ SPARKMAGIC_CONF_DIR: '/nowhere' })).toEqual({});
  });
});
