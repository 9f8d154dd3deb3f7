import type { IErrorInfo } from './errors';

/** Comm target of the control kernel: clusters, products, roles. See control.ts. */
export const CONTROL_TARGET = 'emr:control';
/** Comm target on a notebook's kernel: its binding and remote session. See session.ts. */
export const SESSION_TARGET = 'emr:session';

/** `data` of the `comm_open` that the browser sends to either target. */
export interface IOpenData {
  protocol: number;
  /** Version of the front-end package, for the log. */
  version: string;
}

/** browser → kernel: call a method. `id` is unique on this comm. */
export interface IRequestMessage<M extends string = string, P = unknown> {
  type: 'request';
  id: string;
  method: M;
  params: P;
}

/** browser → kernel: the caller no longer wants the answer to request `id`. */
export interface ICancelMessage {
  type: 'cancel';
  id: string;
}

/** kernel → browser: first message on every comm that was accepted. */
export interface IHelloMessage {
  type: 'hello';
  protocol: number;
  version: string;
}

/** kernel → browser: the comm was refused (version mismatch); the kernel closes it after this. */
export interface IRefusedMessage {
  type: 'refused';
  error: IErrorInfo;
}

/** kernel → browser: answer to request `id`. */
export type ReplyMessage<R = unknown> =
  { type: 'reply'; id: string; ok: true; result: R } | { type: 'reply'; id: string; ok: false; error: IErrorInfo };

/** kernel → browser: something happened. */
export interface IEventMessage<E extends string = string, D = unknown> {
  type: 'event';
  event: E;
  data: D;
}

export type ToKernel = IRequestMessage | ICancelMessage;
export type ToBrowser = IHelloMessage | IRefusedMessage | ReplyMessage | IEventMessage;

/** A table of methods: name to parameters and result. */
export type MethodMap = Record<string, { params: unknown; result: unknown }>;
