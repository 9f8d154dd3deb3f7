/** Words of the promotion: a pipeline as its file says it, the script made of a notebook, the role worked out for it. */

/** vCPU and gigabytes. */
export interface ISize {
  vcpu: number;
  memoryGb: number;
  diskGb: number;
}

/** One argument of the script: `--NAME VALUE`. */
export interface IArgument {
  name: string;
  /** `date` is an ISO day; `json` a list or an object. */
  type: 'string' | 'int' | 'float' | 'bool' | 'date' | 'json';
  /** As it is given on the command line; an argument without a default is required. */
  default?: string;
  /** May be left out though there is no default: the script then goes by `None`. */
  optional?: boolean;
  description?: string;
}

/** Data that the pipeline reads or writes: exactly one of `s3`, `table` and `lfTags`. */
export interface IDataRef {
  /** `s3://BUCKET/PREFIX/`; what begins with it, and nothing else. */
  s3?: string;
  /** `DATABASE.TABLE` in the Glue catalogue; `DATABASE.*` for all of a database. */
  table?: string;
  /** Where the table's files are, where Lake Formation does not hand them out. */
  location?: string;
  /** LF-Tag expression: all keys, any of the values of each. */
  lfTags?: Record<string, string[]>;
  /** Account of the catalogue; the own one where it is not said. */
  catalogId?: string;
  /** ARN of the key that the data are encrypted with. */
  kmsKey?: string;
}

/** When the pipeline runs by itself (EventBridge Scheduler). */
export interface ISchedule {
  /** `cron(…)`, `rate(…)` or `at(…)` as EventBridge Scheduler takes them. */
  expression: string;
  /** IANA name; UTC where it is not said. */
  timezone?: string;
  enabled?: boolean;
  /** Values by argument; `<aws.scheduler.scheduled-time>` is the time that the run was due. */
  arguments?: Record<string, string>;
}

/** `emr-pipeline.yaml`, validated, with its defaults filled in. */
export interface IPipeline {
  /** `[A-Za-z0-9][A-Za-z0-9_-]{0,57}`; names the application, the role and the schedule. */
  name: string;
  description?: string;
  /** The notebook that the script is made of, relative to the file. */
  notebook?: string;
  /** Relative to the file. */
  script: string;
  region?: string;
  /** `emr-7.9.0`. */
  release: string;
  architecture: 'ARM64' | 'X86_64';
  arguments: IArgument[];
  schedule?: ISchedule;
  inputs: IDataRef[];
  outputs: IDataRef[];
  /** Most that all running jobs of the application may use together. */
  caps: ISize;
  driver: ISize;
  executor: ISize;
  /** Requirement specifiers (`pandas==2.2.3`); made into one archive for the application's architecture. */
  packages: string[];
  /** An image of the user's instead of packages. */
  image?: string;
  sparkConf: Record<string, string>;
  /** Attempts after the first. */
  retries: number;
  timeLimitMinutes: number;
  /** Minutes without a job after which the application stops. */
  autoStopMinutes: number;
  /** Where script, packages and logs go: `s3://BUCKET/PREFIX/`. */
  artifacts: string;
  logs: { s3?: string; kmsKey?: string; retentionDays?: number };
  /** Who is told when a run fails or takes too long. */
  alarms?: { snsTopicArn: string; onFailure?: boolean; longerThanMinutes?: number };
  tags: Record<string, string>;
}

/** Something of the notebook that is not in the script, or is there in another form. */
export interface IOmission {
  /** Number of the cell, from 0. */
  cell: number;
  /** Line in the cell, from 1. */
  line?: number;
  /** First line of what was left out. */
  text: string;
  /** In a sentence. */
  reason: string;
}

/** Where a script comes from. */
export interface IOrigin {
  /** The notebook's path in its repository, else its file name. */
  notebook: string;
  /** Commit that the notebook was last changed by; absent outside of a repository. */
  commit?: string;
  /** The notebook has changes that are not committed. */
  dirty?: boolean;
  /** ISO time of that commit. */
  time?: string;
}

/** What becomes of a notebook. */
export interface IScript {
  /** The Python text. */
  text: string;
  origin: IOrigin;
  /** Sizes that `%%configure` asks for, as workers of EMR Serverless; absent where it says nothing. */
  driver?: Partial<ISize>;
  executor?: Partial<ISize>;
  /** Requirement specifiers that `%pip install` and the like name. */
  packages: string[];
  /** What a reader has to know, each in a sentence. */
  warnings: string[];
  arguments: IArgument[];
  sparkConf: Record<string, string>;
  omissions: IOmission[];
  /** For each cell that is in the script, the lines (from 1, both ends included) that are its. */
  cells: { cell: number; first: number; last: number }[];
  /** S3 addresses and tables that the code names, as far as they can be read from it. */
  reads: IDataRef[];
  writes: IDataRef[];
}

/** One statement of a policy, and why it is there. */
export interface IReasonedStatement {
  sid: string;
  effect: 'Allow' | 'Deny';
  actions: string[];
  resources: string[];
  condition?: Record<string, Record<string, string | string[]>>;
  /** In a sentence, with the line of the pipeline that asks for it. */
  reason: string;
}

/** What the platform knows where a role is worked out. */
export interface IPlace {
  accountId: string;
  region: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  partition: string;
  /** ARN of the boundary that the site wants on every role. */
  permissionsBoundary?: string;
  /** The pipeline's application, once it is made: the role trusts it and no other. */
  applicationId?: string;
}

/** What Lake Formation has to grant beside a role's policy: exactly one of `expression` and `table`. */
export interface ILakeFormationGrant {
  /** LF-Tag expression: all keys, any of the values of each. */
  expression?: Record<string, string[]>;
  /** `DATABASE.TABLE` or `DATABASE.*`. */
  table?: string;
  /** `SELECT`, `INSERT`, … */
  permissions: string[];
  /** Account of the catalogue; the own one where it is not said. */
  catalogId?: string;
  reason: string;
}

/** The role of one pipeline. */
export interface IRolePlan {
  /** `emr-pipeline-NAME`. */
  roleName: string;
  /** Policy document that says who may take the role: EMR Serverless, for the one application. */
  trust: object;
  statements: IReasonedStatement[];
  /** Grants that Lake Formation has to make beside the policy. */
  lakeFormation: ILakeFormationGrant[];
  permissionsBoundary?: string;
}
