/** Why a cluster failed or ended: the true cause, not the last messenger's words. Pure. */
import type { RecordDetail } from '../aws';
import type { IErrorInfo } from '../protocol';
import type { IClusterView, IProductView } from './views';
import { stateOf } from './views';

/** EMR's reasons that are no failure. */
const ON_PURPOSE = new Set(['USER_REQUEST', 'ALL_STEPS_COMPLETED', 'AUTO_TERMINATION', 'IDLE_TIMEOUT']);

const FIXES: [RegExp, string][] = [
  [
    /PROTECT/i,
    'Turn termination protection off (EMR console, or `aws emr modify-cluster-attributes --no-termination-protected`), then terminate it again.'
  ],
  [/BOOTSTRAP/i, "Read the bootstrap action's stderr in the cluster's log folder (LogUri, node/…/bootstrap-actions)."],
  [
    /CAPACITY|INSUFFICIENT|INSTANCE_FLEET_TIMEOUT|SPOT/i,
    'Choose another instance type or size, or try again later: the zone has no capacity.'
  ],
  [/LIMIT|QUOTA/i, 'Ask for a higher quota, or terminate what is not needed.'],
  [/DENIED|NOT AUTHORIZED|UNAUTHORIZED/i, "Tell the platform team: the product's launch role lacks a permission."],
  [/INSTANCE_FAILURE/i, 'Try again; if it happens twice, choose another instance type.'],
  [
    /VALIDATION|INVALID/i,
    "Correct the value that is named, or tell the platform team: the product's template is at fault."
  ]
];

function fixFor(text: string): string {
  return (
    FIXES.find(([pattern]) => pattern.test(text))?.[1] ??
    'Terminate it and launch again; show the platform team this text if it happens twice.'
  );
}

/** Why EMR ended it; undefined while it lives or where nothing is said. */
export function clusterReason(cluster: IClusterView | undefined): IErrorInfo | undefined {
  if (!cluster || !stateOf(cluster).startsWith('TERMINAT')) {
    return undefined;
  }
  const status = cluster.summary.Status;
  const code = status?.StateChangeReason?.Code ?? '';
  const details = status?.ErrorDetails ?? [];
  const texts = [status?.StateChangeReason?.Message, ...details.map(detail => detail.ErrorMessage)].filter(
    (text): text is string => Boolean(text?.trim())
  );
  const message = sentences(texts);
  if (!message && !code) {
    return undefined;
  }
  const failed = isFailure(cluster);
  const specific = details.map(detail => detail.ErrorCode).find(Boolean) ?? code;
  return {
    code: failed ? specific || 'ClusterFailed' : code || 'Ended',
    hop: 'emr',
    message: message || code,
    ...(failed ? { fix: fixFor(`${specific} ${code} ${message}`) } : {})
  };
}

/** It ended because something went wrong, not because somebody wanted it. */
export function isFailure(cluster: IClusterView | undefined): boolean {
  if (!cluster || !stateOf(cluster).startsWith('TERMINAT')) {
    return false;
  }
  const code = cluster.summary.Status?.StateChangeReason?.Code;
  return stateOf(cluster) === 'TERMINATED_WITH_ERRORS' || (code !== undefined && !ON_PURPOSE.has(code));
}

/** Why Service Catalog's product is in ERROR or TAINTED. The cluster's own reason goes first: it is the cause. */
export function productReason(view: IProductView, cluster: IClusterView | undefined): IErrorInfo | undefined {
  const status = view.product.Status;
  const failing = view.record?.Status === 'IN_PROGRESS_IN_ERROR';
  if (status !== 'ERROR' && status !== 'TAINTED' && !failing) {
    return undefined;
  }
  const said = recordText(view.record) || view.product.StatusMessage?.trim();
  const cause = isFailure(cluster) ? clusterReason(cluster) : undefined;
  if (cause) {
    return { ...cause, ...(said && !cause.message.includes(said) ? { detail: said } : {}) };
  }
  const message = said || `Service Catalog says ${status ?? 'that it failed'} and no more.`;
  const protectedCluster = /protect/i.test(message);
  return {
    code: protectedCluster ? 'TerminationProtected' : (view.record?.RecordErrors?.[0]?.Code ?? 'ProvisioningFailed'),
    hop: 'service-catalog',
    message,
    fix: fixFor(message)
  };
}

function recordText(record: RecordDetail | undefined): string {
  const texts = (record?.RecordErrors ?? []).map(error => error.Description?.trim() ?? error.Code ?? '');
  return sentences(texts.filter(Boolean));
}

/** Texts of several sources as sentences, each once. AWS ends some with a full stop and others not. */
function sentences(texts: string[]): string {
  const all = [...new Set(texts.map(text => text.trim()))];
  return all.map((text, at) => (at < all.length - 1 && !/[.!?:;]$/.test(text) ? `${text}.` : text)).join(' ');
}
