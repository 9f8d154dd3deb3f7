/** Errors that a test or a person asked for. */
import { AwsError } from './errors';

export interface IFault {
  /** As boto3 names it, e.g. `emr`; `*` is every service. */
  service: string;
  /** `*` is every operation. */
  operation: string;
  /** None: the call is only slow. */
  code?: string;
  message?: string;
  /** HTTP status. Default 400. */
  status?: number;
  /** How many calls it meets. Default 1. */
  times?: number;
  /** Only calls with these members of their input, e.g. `{"DatabaseName": "sentiment"}`. Not for S3. */
  where?: Record<string, string>;
  /** Milliseconds that the call waits before it is answered or fails. Not for S3. */
  delayMs?: number;
}

/** Codes that are not 400 unless the fault says so. */
const STATUS: Record<string, number> = {
  InternalFailure: 500,
  InternalServerException: 500,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503
};

export class Faults {
  private faults: (IFault & { times: number })[] = [];

  /** @throws Error naming the field that is missing or wrong */
  add(fault: unknown): IFault {
    if (typeof fault !== 'object' || fault === null) {
      throw new Error('a fault is an object {service, operation, code, message, status, times}');
    }
    const given = fault as Partial<IFault>;
    for (const key of given.delayMs === undefined
      ? (['service', 'operation', 'code'] as const)
      : (['service', 'operation'] as const)) {
      if (typeof given[key] !== 'string' || !given[key]) {
        throw new Error(`"${key}" has to be a string`);
      }
    }
    const { service, operation, code, where, delayMs } = given as IFault;
    const { message = 'Injected fault', status = STATUS[code ?? ''] ?? 400, times = 1 } = given;
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new Error('"status" has to be an HTTP status from 400 to 599');
    }
    if (!Number.isInteger(times) || times < 1) {
      throw new Error('"times" has to be a whole number of at least 1');
    }
    if (delayMs !== undefined && !(typeof delayMs === 'number' && delayMs >= 0 && delayMs <= 60_000)) {
      throw new Error('"delayMs" has to be a number from 0 to 60000');
    }
    if (
      where !== undefined &&
      (typeof where !== 'object' || Object.values(where).some(value => typeof value !== 'string'))
    ) {
      throw new Error('"where" has to be an object of strings');
    }
    const full = {
      service,
      operation,
      ...(code === undefined ? {} : { code }),
      message,
      status,
      times,
      ...(where ? { where } : {}),
      ...(delayMs === undefined ? {} : { delayMs })
    };
    this.faults.push({ ...full });
    return full;
  }

  clear(): void {
    this.faults = [];
  }

  list(): IFault[] {
    return this.faults.map(fault => ({ ...fault }));
  }

  /** Whether what is due for such a call depends on its input, or takes time. */
  isPatient(service: string, operation: string): boolean {
    return this.faults.some(
      fault => isFor(fault, service, operation) && (fault.where !== undefined || fault.delayMs !== undefined)
    );
  }

  /**
   * Wait where the call is to be slow.
   *
   * @param input - of the call
   * @throws AwsError where a fault is due for this call
   */
  async meet(service: string, operation: string, input: unknown): Promise<void> {
    const due = this.take(service, operation, input);
    if (due?.delayMs !== undefined) {
      await new Promise(resolve => setTimeout(resolve, due.delayMs));
    }
    refuse(due);
  }

  /** @throws AwsError where a fault is due for this call, whatever its input */
  check(service: string, operation: string): void {
    refuse(this.take(service, operation));
  }

  private take(service: string, operation: string, input?: unknown): IFault | undefined {
    const given = (input ?? {}) as Record<string, unknown>;
    const due = this.faults.find(
      fault =>
        isFor(fault, service, operation) &&
        Object.entries(fault.where ?? {}).every(([key, value]) => given[key] === value)
    );
    if (due && --due.times === 0) {
      this.faults = this.faults.filter(fault => fault !== due);
    }
    return due;
  }
}

function isFor(fault: IFault, service: string, operation: string): boolean {
  return (
    (fault.service === '*' || fault.service === service) && (fault.operation === '*' || fault.operation === operation)
  );
}

/** @throws AwsError unless the fault is none, or only slow */
function refuse(due: IFault | undefined): void {
  if (due?.code !== undefined) {
    throw new AwsError(due.code, due.message!, due.status);
  }
}
