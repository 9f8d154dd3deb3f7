/**
 * What is known of EMR releases on EMR Serverless.
 *
 * Sources: "Amazon EMR Serverless release versions" of the EMR Serverless User Guide, with a page for each release that
 * names its Spark (release-versions.html, as of November 2026: up to emr-7.14.0 and emr-spark-8.1.0).
 */
import type { ISiteConfig } from '../config';

const FORM = /^emr-(?:spark-)?(\d+)\.(\d+)\.(\d+)$/;

/** Numbers of a release label; undefined where it is none. `emr-spark-8.0.0` is Spark 4's. */
export function releaseNumbers(release: string): [major: number, minor: number, patch: number] | undefined {
  const match = FORM.exec(release);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Whether a release is older than MAJOR.MINOR; false where it is not read. */
export function isBefore(release: string, major: number, minor: number): boolean {
  const [first, second] = releaseNumbers(release) ?? [Infinity, 0];
  return first < major || (first === major && second < minor);
}

/** Spark of each release; empty: the release's page was not among what could be read, its Spark is not verified. */
const SPARK: Readonly<Record<string, string>> = {
  'emr-6.6.0': '3.2.0',
  'emr-6.7.0': '3.2.1',
  'emr-6.8.0': '3.3.0',
  'emr-6.9.0': '3.3.0',
  'emr-6.10.0': '3.3.1',
  'emr-6.11.0': '3.3.2',
  'emr-6.12.0': '3.4.0',
  'emr-6.13.0': '3.4.1',
  'emr-6.14.0': '3.4.1',
  'emr-6.15.0': '3.4.1',
  'emr-7.0.0': '3.5.0',
  'emr-7.1.0': '3.5.0',
  'emr-7.2.0': '3.5.1',
  'emr-7.3.0': '3.5.1',
  'emr-7.4.0': '3.5.2',
  'emr-7.5.0': '3.5.2',
  'emr-7.6.0': '3.5.3',
  'emr-7.7.0': '3.5.3',
  'emr-7.8.0': '3.5.4',
  'emr-7.9.0': '3.5.5',
  'emr-7.10.0': '3.5.5',
  'emr-7.11.0': '3.5.6',
  'emr-7.12.0': '3.5.6',
  'emr-7.13.0': '3.5.6',
  'emr-7.14.0': '',
  'emr-spark-8.0.0': '4.0.2',
  'emr-spark-8.1.0': ''
};

/**
 * What to say of a release that is written rightly and is not on the list: AWS brings new ones, so it is no error.
 *
 * @returns undefined where the release is known
 */
export function unknownRelease(release: string): string | undefined {
  if (release in SPARK) {
    return undefined;
  }
  const labels = Object.keys(SPARK);
  const newest = labels.filter(label => !label.includes('spark')).at(-1) ?? '';
  return `${release} is not a release that is known here (emr-6.6.0 to ${newest}, ${labels
    .filter(label => label.includes('spark'))
    .join(', ')}): whether there is one, AWS says when the application is made.`;
}

/** Version of the Python that runs scripts, and of the C library that wheels are linked with. */
export interface IPlatform {
  /** `3.9`. */
  python: string;
  /** Minor version of glibc 2. */
  glibc: number;
}

/**
 * emr-6 is on Amazon Linux 2 (glibc 2.26, Python 3.7), later ones on Amazon Linux 2023 (glibc 2.34, Python 3.9; 3.11 is
 * there too from emr-7.1 on, and is not what `python3` starts).
 *
 * Sources: "Using different Python versions with EMR Serverless" (the Linux of each series), the release pages of the EMR
 * Release Guide ("Python 3.9, 3.11"), emr-spark-8.0-preview's page (3.9 marked as the default). EMR Serverless' guide
 * names Python only for emr-6.6.0 (3.7.10); that its other releases have what EMR on EC2 has is not verified, so a site
 * may say another (`pipelines.python`).
 */
export function platformOf(release: string, site: Pick<ISiteConfig, 'pipelines'> = {}): IPlatform {
  const [python, glibc] = isBefore(release, 7, 0) ? ['3.7', 26] : ['3.9', 34];
  return { python: site.pipelines?.python ?? python, glibc };
}

/**
 * Runs that wait for room in the caps instead of failing: from emr-7.0.0 on, by default from emr-7.3.0 on. The numbers
 * are the service's own defaults. Source: the API's `SchedulerConfiguration` (1 to 1000 runs, 15 to 720 minutes).
 */
export function queueOf(release: string): { maxConcurrentRuns: number; queueTimeoutMinutes: number } | undefined {
  return isBefore(release, 7, 0) ? undefined : { maxConcurrentRuns: 15, queueTimeoutMinutes: 360 };
}
