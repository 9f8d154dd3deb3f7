/** Errors that a test or a person asked for. */
import { AwsError } from './errors';

export interface IFault {
  /** As boto3 names it, e.g. `emr`; `*` is every service. */
  service: string;
  /** `*` is every operation. */
  operation: string;
  code: string;
  message?: string;
  /** HTTP status. Default 400. */
  status?: number;
  /** How many calls it meets. Default 1. */
  times?: number;
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
  private faults: (Required<IFault> & { left: number })[] = [];

  /** @throws Error naming the field that is missing or wrong */
  add(fault: unknown): IFault {
    if (typeof fault !== 'object' || fault === null) {
      throw new Error('a fault is an object {service, operation, code, message, status, times}');
    }
    const given = fault as Partial<IFault>;
    for (const key of ['service', 'operation', 'code'] as const) {
      if (typeof given[key] !== 'string' || !given[key]) {
        throw new Error(`"${key}" has to be a string`);
      }
    }
    const { service, operation, code } = given as IFault;
    const { message = 'Injected fault', status = STATUS[code] ?? 400, times = 1 } = given;
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new Error('"status" has to be an HTTP status from 400 to 599');
    }
    if (!Number.isInteger(times) || times < 1) {
      throw new Error('"times" has to be a whole number of at least 1');
    }
    const full = { service, operation, code, message, status, times };
    this.faults.push({ ...full, left: times });
    return full;
  }

  clear(): void {
    this.faults = [];
  }

  list(): IFault[] {
    return this.faults.map(({ left, ...fault }) => ({ ...fault, times: left }));
  }

  /** @throws AwsError where a fault is due for this call */
  check(service: string, operation: string): void {
    const due = this.faults.find(
      fault =>
        (fault.service === '*' || fault.service === service) &&
        (fault.operation === '*' || fault.operation === operation)
    );
    if (!due) {
      return;
    }
    if (--due.left === 0) {
      this.faults = this.faults.filter(fault => fault !== due);
    }
    throw new AwsError(due.code, due.message, due.status);
  }
}
