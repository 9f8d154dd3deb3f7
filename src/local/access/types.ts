/** Words of the policy evaluation. */

/** A value of a policy element that may be a list. */
export type OneOrMore<T> = T | T[];

export interface IStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action?: OneOrMore<string>;
  NotAction?: OneOrMore<string>;
  Resource?: OneOrMore<string>;
  NotResource?: OneOrMore<string>;
  Principal?: '*' | Record<string, OneOrMore<string>>;
  NotPrincipal?: '*' | Record<string, OneOrMore<string>>;
  Condition?: Record<string, Record<string, OneOrMore<string | number | boolean>>>;
}

/** A policy as IAM writes it. */
export interface IPolicyDocument {
  Version?: string;
  Id?: string;
  Statement: OneOrMore<IStatement>;
}

/** Who asks, as policies name one. */
export interface IPrincipal {
  /** ARN of the user or of the role's session; a service's name for a service. */
  arn: string;
  /** ARN of the role behind a session. */
  roleArn?: string;
  accountId: string;
}

/** Values of the condition keys of a request; a key that is absent is absent. Keys are compared without regard to case. */
export type Context = Record<string, OneOrMore<string>>;

/** One thing that is asked for. */
export interface IQuestion {
  principal: IPrincipal;
  /** `s3:GetObject`. */
  action: string;
  /** ARN, or `*` for actions that have no resource. */
  resource: string;
  context: Context;
}

/** IAM's own words for the three outcomes. */
export type Decision = 'allowed' | 'implicitDeny' | 'explicitDeny';

export function asList<T>(value: OneOrMore<T> | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
