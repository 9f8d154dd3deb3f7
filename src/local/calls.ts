import type { ServiceName } from './types';

/** One AWS call, without what it carried. */
export interface ICallRecord {
  /** ISO 8601. */
  time: string;
  service: ServiceName;
  operation: string;
  /** `ok` or the error's code. */
  outcome: string;
  /** `json`, `cbor` or `query`. */
  protocol: string;
  region: string;
  /** ARN of who asked; empty where nobody was told. */
  caller: string;
  /** Of S3: what was needed for it, `ACTION RESOURCE`, for a list of names with ` PREFIX` behind it. */
  needs?: string[];
}

/** The calls that were made, oldest first, the last {@link LIMIT} of them. */
export class CallLog {
  private calls: ICallRecord[] = [];

  add(call: ICallRecord): void {
    this.calls.push(call);
    if (this.calls.length > LIMIT) {
      this.calls = this.calls.slice(-LIMIT / 2);
    }
  }

  list(): readonly ICallRecord[] {
    return this.calls;
  }

  clear(): void {
    this.calls = [];
  }
}

const LIMIT = 20_000;
