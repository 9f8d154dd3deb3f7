// `npm run release:platforms`: that `pip install jupyterlab-emr` finds a wheel for all it needs, on each platform and
// Python that we name. Nothing is installed: pip resolves as if it were there. The wheel is dist/'s (or EMR_WHEEL_DIR's).
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Failure, ROOT, VENV, main, run } from './lib.mjs';

const PLATFORMS = {
  'Linux x86_64, glibc': ['manylinux_2_28_x86_64', 'manylinux2014_x86_64'],
  'Linux aarch64, glibc': ['manylinux_2_28_aarch64', 'manylinux2014_aarch64'],
  'Linux x86_64, musl': ['musllinux_1_2_x86_64'],
  'Linux aarch64, musl': ['musllinux_1_2_aarch64'],
  'macOS x86_64': ['macosx_13_0_x86_64'],
  'macOS arm64': ['macosx_13_0_arm64'],
  'Windows x64': ['win_amd64'],
  'Windows arm64': ['win_arm64']
};
const PYTHONS = ['3.10', '3.11', '3.12', '3.13', '3.14'];

await main(async () => {
  const folder = resolve(process.env.EMR_WHEEL_DIR ?? join(ROOT, 'dist'));
  const wheel = readdirSync(folder).find(name => name.endsWith('.whl'));
  if (!wheel) throw new Failure(`There is no wheel in ${folder}.`, 'npm run setup builds one.');
  const missing = [];
  for (const [title, tags] of Object.entries(PLATFORMS)) {
    for (const python of PYTHONS) {
      const { code, output } = await run(
        VENV.python,
        [
          ...['-m', 'pip', 'install', '--dry-run', '--ignore-installed', '--target', join(folder, 'nowhere')],
          ...['--only-binary=:all:', '--implementation', 'cp', '--python-version', python],
          ...tags.flatMap(tag => ['--platform', tag]),
          join(folder, wheel)
        ],
        { capture: true, check: false }
      );
      if (code !== 0) missing.push(`${title}, Python ${python}: ${output.trim().split('\n').pop()}`);
      else console.log(`${title} | ${python} | ${/Would install (.*)/.exec(output)?.[1]}`);
    }
  }
  if (missing.length) throw new Failure(`No wheel for:\n  ${missing.join('\n  ')}`);
});
