/** Where on the way from the cell to Spark something failed. */
export type Hop =
  | 'browser'
  | 'kernel'
  | 'aws-credentials'
  | 'service-catalog'
  | 'emr'
  | 'emr-serverless'
  | 'sts'
  | 'iam'
  | 'glue'
  | 'lake-formation'
  | 's3'
  | 'scheduler'
  | 'events'
  | 'ec2'
  | 'cloudwatch'
  | 'logs'
  | 'secrets-manager'
  | 'tls'
  | 'livy'
  | 'spark'
  | 'config';

/** An error as it crosses a comm. Never holds a credential. */
export interface IErrorInfo {
  /** Stable name of the failure class, e.g. `ClusterNotFound`; for AWS errors the service's own code. */
  code: string;
  /** What failed, in the user's words, one or two sentences. */
  message: string;
  /** Where it failed. */
  hop: Hop;
  /** What to do about it, one sentence. */
  fix?: string;
  /** What the other side said, word for word, secrets removed. */
  detail?: string;
}

/**
 * The one error that our server-side code throws on purpose: what failed, at which hop, what to do.
 */
export class EmrError extends Error implements IErrorInfo {
  readonly code: string;
  readonly hop: Hop;
  readonly fix?: string;
  readonly detail?: string;

  constructor(info: IErrorInfo, options?: { cause?: unknown }) {
    super(info.message, options);
    this.name = info.code;
    this.code = info.code;
    this.hop = info.hop;
    this.fix = info.fix;
    this.detail = info.detail;
  }

  /** The plain form that a comm or a JSON printout carries. */
  toJSON(): IErrorInfo {
    return errorInfo(this);
  }
}

/** Any thrown value as the plain form that a comm carries. */
export function errorInfo(error: unknown): IErrorInfo {
  if (error instanceof EmrError) {
    return {
      code: error.code,
      message: error.message,
      hop: error.hop,
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...(error.detail === undefined ? {} : { detail: error.detail })
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof Error ? error.name : 'Error', message, hop: 'kernel' };
}

/** One paragraph for a terminal, a cell or a notification: message, then the fix, then what the other side said. */
export function errorText(info: IErrorInfo): string {
  return [info.message, info.fix, info.detail ? `(${info.detail})` : undefined].filter(Boolean).join('\n');
}
