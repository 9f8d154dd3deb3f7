/** What is known of EMR releases. */
import type { ISiteConfig } from '../config';

const FORM = /^emr-(\d+)\.(\d+)\.(\d+)$/;
/** The last minor release of major versions that get no new ones. */
const LAST_MINOR: Record<number, number> = { 6: 15 };

/** Numbers of a release label; undefined where it is none. */
export function releaseNumbers(release: string): [major: number, minor: number, patch: number] | undefined {
  const match = FORM.exec(release);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

function before(release: [number, number, number], major: number, minor: number): boolean {
  return release[0] < major || (release[0] === major && release[1] < minor);
}

/**
 * What is wrong with a release, in a sentence. EMR Serverless has no call that lists them: one that reads well and does
 * not exist is refused by the service when the application is made, which is the first thing that is.
 */
export function releaseProblem(release: string, architecture: string): string | undefined {
  const numbers = releaseNumbers(release);
  if (!numbers) {
    return `release: "${release}" is not an EMR release. Write it as emr-7.9.0.`;
  }
  if (before(numbers, 6, 6)) {
    return `release: EMR Serverless begins with emr-6.6.0; it has no ${release}.`;
  }
  const last = LAST_MINOR[numbers[0]];
  if (last !== undefined && numbers[1] > last) {
    return `release: there is no ${release}; the last release of emr-${numbers[0]} is emr-${numbers[0]}.${last}.0.`;
  }
  if (architecture === 'ARM64' && before(numbers, 6, 9)) {
    return `release: ARM64 begins with emr-6.9.0, and the release is ${release}. Take a newer one, or architecture: X86_64.`;
  }
  return undefined;
}

/** Version of the Python that runs scripts, and of the C library that wheels are linked with. */
export interface IPlatform {
  /** `3.9`. */
  python: string;
  /** Minor version of glibc 2. */
  glibc: number;
}

/** emr-6 is on Amazon Linux 2, later ones on Amazon Linux 2023. */
export function platformOf(release: string, site: Pick<ISiteConfig, 'serverlessPython'> = {}): IPlatform {
  const major = releaseNumbers(release)?.[0] ?? 7;
  const [python, glibc] = major <= 6 ? ['3.7', 26] : major === 7 ? ['3.9', 34] : ['3.11', 34];
  return { python: site.serverlessPython ?? python, glibc };
}
