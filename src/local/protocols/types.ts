import type { IncomingMessage } from 'node:http';

import type { AwsError } from '../errors';
import type { ServiceName } from '../types';

/** A request as far as a protocol has read it. */
export interface IParsed {
  service: ServiceName;
  operation: string;
  input: unknown;
}

export interface IHttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

/** One wire protocol of AWS. */
export interface IProtocol {
  name: string;
  /** Whether a request speaks it, by its headers, method and path alone. */
  accepts(request: IncomingMessage): boolean;
  /** What is asked; only names, so that a request can be logged and refused before its body is read. */
  target(request: IncomingMessage, body: Buffer): { service: ServiceName; operation: string };
  /** @throws AwsError `SerializationException` for a body that cannot be read */
  read(body: Buffer, request?: IncomingMessage): unknown;
  answer(output: object, operation: string, requestId: string): IHttpAnswer;
  refuse(error: AwsError, requestId: string): IHttpAnswer;
}
