import { pipError, pipOptions } from '../packages';
import { platformOf } from '../release';

const ARM = { python: '3.9', glibc: 34 };

describe('platform of a release', () => {
  it('is Amazon Linux 2 for emr-6, 2023 for emr-7, with its Python; the site may say another', () => {
    expect(platformOf('emr-6.15.0')).toEqual({ python: '3.7', glibc: 26 });
    expect(platformOf('emr-7.9.0')).toEqual(ARM);
    expect(platformOf('emr-7.9.0', { pipelines: { python: '3.11' } })).toEqual({ python: '3.11', glibc: 34 });
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
