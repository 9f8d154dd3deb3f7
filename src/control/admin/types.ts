/** Words of the administrator's doctor. */

/** What users are offered, in the order in which an account is set up for it. */
export const ADMIN_FEATURES = [
  'provision',
  'connect',
  'sessions',
  'teardown',
  'promote',
  'schedule',
  'catalogue',
  'delivery'
] as const;

export type AdminFeature = (typeof ADMIN_FEATURES)[number];

/** `cannot see`: a read that it takes was denied, or there is nothing yet to look at. */
export type AdminState = 'ok' | 'missing' | 'too wide' | 'cannot see';

/** How something is put right. */
export interface IAdminFix {
  /** A sentence. */
  fix: string;
  /** Where it stands in CloudFormation, e.g. `AWS::IAM::Role PermissionsBoundary`. */
  property?: string;
  /** The template of this project that has it right, e.g. `deploy/aws/cluster-roles.yaml (Security)`. */
  template?: string;
  /** The line that does it; what is to be filled in stands in capitals. */
  command?: string;
}

/** One row of the report. */
export interface IAdminCheck extends Partial<IAdminFix> {
  feature: AdminFeature;
  /** Stable name, e.g. `launch-role`. */
  check: string;
  state: AdminState;
  /** What was found, a sentence. */
  message: string;
  /** ARNs, ids and values that it was seen by. */
  evidence: string[];
  /** With `cannot see`: the IAM action that the look itself lacks. */
  lacks?: string;
}

/** What a check answers with. */
export type Verdict =
  | { state: 'ok'; message: string; evidence?: string[] }
  | ({ state: 'missing' | 'too wide'; message: string; evidence?: string[] } & IAdminFix)
  | { state: 'cannot see'; message: string; evidence?: string[] };

/** What is looked at. */
export interface IAdminTarget {
  /** Only these features. */
  features?: readonly AdminFeature[];
  /** Portfolio, its id or name; default: all of the account. */
  portfolio?: string;
  /** Users and roles whose rights are looked at, their ARNs; default: whom the portfolios are given to. */
  principals?: readonly string[];
  /** Runtime roles, their ARNs; default: those of the site's configuration. */
  runtimeRoles?: readonly string[];
}
