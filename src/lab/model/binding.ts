import type { AuthType, IConnectRequest, IJsonObject, INotebookBinding, IRuntimeRole, Language } from '../../protocol';
import { METADATA_KEY } from '../../protocol';
import type { IEmrSettings } from '../tokens';
import { aliasLanguage } from './aliases';

/** The part of a notebook model that holds metadata. */
export interface IMetadataHolder {
  getMetadata(key: string): unknown;
  setMetadata(key: string, value: unknown): void;
  deleteMetadata(key: string): void;
}

/** Kernelspec that speaks a language. */
export const KERNEL_OF: Record<Language, string> = {
  pyspark: 'pyspark-emr',
  spark: 'spark-emr',
  sparkr: 'sparkr-emr'
};

/** The language of one of our kernelspecs, null for any other. */
export function languageOf(kernelName: string | undefined): Language | null {
  const found = Object.entries(KERNEL_OF).find(([, name]) => name === kernelName);
  return found ? (found[0] as Language) : (aliasLanguage(kernelName ?? '') ?? null);
}

/** ARN of an IAM role in any of AWS's partitions. */
const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

/** True for the ARN of an IAM role. */
export function isRoleArn(text: string): boolean {
  return ROLE_ARN.test(text);
}

/** The role's own name, the last part of its ARN. */
export function roleName(arn: string): string {
  return arn.split('/').pop() ?? arn;
}

/**
 * The notebook's stored binding, or null. A notebook comes from anywhere: only known members of the right type are
 * taken from it.
 */
export function readBinding(model: Pick<IMetadataHolder, 'getMetadata'> | null | undefined): INotebookBinding | null {
  return toBinding(model?.getMetadata(METADATA_KEY));
}

const AUTH_TYPES: readonly AuthType[] = ['None', 'Kerberos', 'Basic_Access'];
const TEXTS = ['secret', 'assumeRole', 'profile', 'caBundle'] as const;

/** A value of unknown origin as a binding, or null. */
export function toBinding(value: unknown): INotebookBinding | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const { region, runtimeRole, language, sessionName, statement, statementCell, keep, authType, settings } =
    value as Record<string, unknown>;
  const target = toTarget(value as Record<string, unknown>);
  if (!target) {
    return null;
  }
  return {
    ...target,
    region: typeof region === 'string' ? region : '',
    ...(typeof runtimeRole === 'string' ? { runtimeRole } : {}),
    ...(typeof language === 'string' && language in KERNEL_OF ? { language: language as Language } : {}),
    ...(typeof sessionName === 'string' ? { sessionName } : {}),
    ...(typeof statement === 'number' ? { statement } : {}),
    ...(typeof statementCell === 'string' ? { statementCell } : {}),
    ...(keep === true ? { keep } : {}),
    ...(AUTH_TYPES.includes(authType as AuthType) ? { authType: authType as AuthType } : {}),
    ...texts(value as Record<string, unknown>),
    ...(typeof settings === 'object' && settings !== null && !Array.isArray(settings)
      ? { settings: settings as IJsonObject }
      : {})
  };
}

/** A cluster, or an application of EMR Serverless. */
function toTarget({ clusterId, applicationId }: Record<string, unknown>): IConnectTarget | undefined {
  if (typeof clusterId === 'string' && clusterId) {
    return { clusterId };
  }
  return typeof applicationId === 'string' && applicationId ? { applicationId } : undefined;
}

/** How one is admitted: names of a secret, a role, a profile, a file; nothing that is one of a secret's values. */
function texts(from: Record<string, unknown>): Partial<Record<(typeof TEXTS)[number], string>> {
  const found = TEXTS.filter(key => typeof from[key] === 'string' && from[key] !== '');
  return Object.fromEntries(found.map(key => [key, from[key] as string]));
}

/** Store the binding; writes only where it says something else than before, since a write makes the notebook dirty. */
export function writeBinding(model: IMetadataHolder | null | undefined, binding: INotebookBinding | null): void {
  if (!model) {
    return;
  }
  // Through toBinding, so that nothing but the known members can ever reach the file.
  const present = model.getMetadata(METADATA_KEY);
  const written = toBinding(present)?.settings;
  // Settings are written into a notebook by hand: the kernel has them from there.
  const clean = toBinding(binding && written ? { ...binding, settings: written } : binding);
  if (clean === null) {
    if (present !== undefined) {
      model.deleteMetadata(METADATA_KEY);
    }
  } else if (JSON.stringify(clean) !== JSON.stringify(toBinding(present))) {
    model.setMetadata(METADATA_KEY, clean);
  }
}

/** What a notebook is connected to: one of the two. */
export interface IConnectTarget {
  clusterId?: string;
  /** EMR Serverless. */
  applicationId?: string;
}

/** What the connect dialog holds when the user presses the button. */
export interface IConnectChoice extends IConnectTarget {
  region?: string;
  /** Empty: none. */
  runtimeRole: string;
  language: Language;
  /** Left out: as the notebook was bound to this cluster before, else verified. */
  verifyCertificate?: boolean;
  caBundle: string;
  /** End a session of the notebook's that is still there, and start another. */
  fresh?: boolean;
  /** Keep the session when the kernel ends. */
  keep?: boolean;
}

/** The request that a choice makes. Members that say nothing are left out, so that the site's configuration counts. */
export function connectRequest(choice: IConnectChoice, notebookPath: string): IConnectRequest {
  const region = choice.region?.trim();
  const runtimeRole = choice.runtimeRole.trim();
  const caBundle = choice.caBundle.trim();
  return {
    ...(choice.applicationId ? { applicationId: choice.applicationId } : { clusterId: choice.clusterId }),
    language: choice.language,
    notebookPath,
    ...(region ? { region } : {}),
    ...(runtimeRole ? { runtimeRole } : {}),
    ...(caBundle ? { caBundle } : {}),
    ...(choice.verifyCertificate === undefined ? {} : { verifyCertificate: choice.verifyCertificate }),
    ...(choice.fresh ? { fresh: true } : {}),
    ...(choice.keep ? { keep: true } : {})
  };
}

/** Roles to offer: what the control kernel knows, then the user's own, each once. */
export function mergeRoles(
  known: readonly IRuntimeRole[],
  settings: Pick<IEmrSettings, 'runtimeRoles'>
): IRuntimeRole[] {
  const roles = new Map(known.map(role => [role.arn, role]));
  for (const { arn, name } of settings.runtimeRoles) {
    if (isRoleArn(arn) && !roles.has(arn)) {
      roles.set(arn, { arn, name: name || roleName(arn), source: 'settings' });
    }
  }
  return [...roles.values()];
}
