import type { IPipeline } from '../types';

/** A pipeline that is in order. */
export const PIPELINE: IPipeline = {
  name: 'daily',
  script: 'daily.py',
  release: 'emr-7.9.0',
  architecture: 'ARM64',
  arguments: [
    { name: 'day', type: 'date' },
    { name: 'shift', type: 'int', default: '-5' }
  ],
  inputs: [{ s3: 's3://data/raw/' }],
  outputs: [{ s3: 's3://data/features/' }],
  caps: { vcpu: 16, memoryGb: 64, diskGb: 200 },
  driver: { vcpu: 2, memoryGb: 8, diskGb: 20 },
  executor: { vcpu: 4, memoryGb: 16, diskGb: 20 },
  packages: [],
  sparkConf: {},
  retries: 1,
  timeLimitMinutes: 60,
  autoStopMinutes: 5,
  artifacts: 's3://artifacts/team/',
  logs: { s3: 's3://artifacts/logs/' },
  tags: { team: 'quant' }
};
