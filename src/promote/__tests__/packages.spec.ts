import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { pipError, pipOptions } from '../packages';
import { isBefore, platformOf, unknownRelease } from '../release';
import schema from '../../../jupyterlab_emr/schemas/emr-pipeline.json';

const npm = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as {
  name: string;
  files: string[];
};
const ARM = { python: '3.9', glibc: 34 };

describe('platform of a release', () => {
  it('is Amazon Linux 2 for emr-6, 2023 for emr-7, with its Python; the site may say another', () => {
    expect(platformOf('emr-6.15.0')).toEqual({ python: '3.7', glibc: 26 });
    expect(platformOf('emr-7.9.0')).toEqual(ARM);
    expect(platformOf('emr-spark-8.0.0')).toEqual(ARM);
    expect(platformOf('emr-7.9.0', { pipelines: { python: '3.11' } })).toEqual({ python: '3.11', glibc: 34 });
  });
});

describe('releases', () => {
  it('are numbers, of Spark 4 too, and one that is not known is said to be so', () => {
    expect(isBefore('emr-7.9.0', 7, 10)).toBe(true);
    expect(isBefore('emr-7.10.0', 7, 10)).toBe(false);
    expect(isBefore('emr-spark-8.0.0', 7, 10)).toBe(false);
    expect(unknownRelease('emr-7.9.0')).toBeUndefined();
    expect(unknownRelease('emr-spark-8.0.0')).toBeUndefined();
    // A patch that EMR on EC2 has and EMR Serverless has not.
    expect(unknownRelease('emr-6.9.1')).toMatch(/emr-6\.9\.1 .*emr-spark-8\.0\.0.*AWS says/);
  });

  it('are on the list that the pattern of the file allows', () => {
    const { pattern } = (schema as { properties: { release: { pattern: string } } }).properties.release;
    for (const release of ['emr-7.9.0', 'emr-spark-8.0.0', 'emr-7.99.0']) {
      expect(release).toMatch(new RegExp(pattern));
    }
    expect('emr-spark-8.0-preview').not.toMatch(new RegExp(pattern));
  });
});

describe('the published schema', () => {
  it('is in the npm package at the address that it has for its name', () => {
    const path = schema.$id.replace(`https://unpkg.com/${npm.name}/`, '');
    expect(path).toBe('jupyterlab_emr/schemas/emr-pipeline.json');
    expect(npm.files).toContain('jupyterlab_emr/schemas/*.json');
  });
});

describe('what pip is asked', () => {
  it('takes wheels of the processor for every glibc down to the oldest, and nothing that has to be built', () => {
    const options = pipOptions('ARM64', { python: '3.9', glibc: 18 });
    expect(options).toContain('--only-binary=:all:');
    expect(options.filter((_, at) => options[at - 1] === '--platform')).toEqual([
      'manylinux2014_aarch64',
      'manylinux_2_18_aarch64',
      'manylinux_2_17_aarch64'
    ]);
    expect(pipOptions('X86_64', ARM).join(' ')).not.toContain('aarch64');
  });
});

describe('what pip says', () => {
  it.each([
    [
      'ERROR: Could not find a version that satisfies the requirement x==1 (from versions: 2)\nERROR: No matching distribution found for x==1\n',
      { code: 'PackageNotAvailable', message: /x==1 .*Python 3\.9 on ARM64 \(glibc 2\.34\)/, fix: /X86_64/ }
    ],
    [
      'ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit …',
      { code: 'PackagesConflict', message: /a==1 and b==2/, fix: /versions/ }
    ],
    ['/usr/bin/python3: No module named pip', { code: 'NoPip', message: /no pip/, fix: /upgrade pip/ }],
    [
      'WARNING: Retrying\nERROR: Could not install packages due to an OSError: https://user:secret@index/simple refused',
      { code: 'PackagesFailed', message: /could not get them/, fix: /index/ }
    ]
  ])('%#', (said, { code, message, fix }) => {
    const error = pipError(said, 'ARM64', ARM);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.fix).toMatch(fix);
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
