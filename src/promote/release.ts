/** What is known of EMR releases. */
import type { ISiteConfig } from '../config';

const FORM = /^emr-(\d+)\.(\d+)\.(\d+)$/;
/** Numbers of a release label; undefined where it is none. */
function releaseNumbers(release: string): [major: number, minor: number, patch: number] | undefined {
  const match = FORM.exec(release);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Version of the Python that runs scripts, and of the C library that wheels are linked with. */
export interface IPlatform {
  /** `3.9`. */
  python: string;
  /** Minor version of glibc 2. */
  glibc: number;
}

/** emr-6 is on Amazon Linux 2, later ones on Amazon Linux 2023. */
export function platformOf(release: string, site: Pick<ISiteConfig, 'pipelines'> = {}): IPlatform {
  const major = releaseNumbers(release)?.[0] ?? 7;
  const [python, glibc] = major <= 6 ? ['3.7', 26] : major === 7 ? ['3.9', 34] : ['3.11', 34];
  return { python: site.pipelines?.python ?? python, glibc };
}

/** Runs that wait for room in the caps instead of failing: EMR Serverless has it from EMR 7.0 on. The service's own numbers. */
export function queueOf(release: string): { maxConcurrentRuns: number; queueTimeoutMinutes: number } | undefined {
  return (releaseNumbers(release)?.[0] ?? 0) >= 7 ? { maxConcurrentRuns: 15, queueTimeoutMinutes: 360 } : undefined;
}
