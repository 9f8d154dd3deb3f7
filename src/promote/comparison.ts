/** A preview compared with what AWS has: the role as it would be, and what changes in the one that is there. */
import type { IAwsContext } from '../aws';
import { getRole, getRolePolicy } from '../aws';
import type { ISiteConfig } from '../config';
import type { IPreview } from '../protocol';
import { placeOf } from './deploy';
import type { IPolicyDocument } from './policy';
import { diffLines, diffRole, planRole } from './policy';

/**
 * Add the role to a preview whose file is in order. Reads only.
 *
 * @throws EmrError what AWS refused
 */
export async function compared(
  preview: IPreview,
  aws: IAwsContext,
  site: ISiteConfig,
  signal?: AbortSignal
): Promise<IPreview> {
  const { pipeline } = preview;
  if (!pipeline) {
    return preview;
  }
  const rolePlan = planRole(pipeline, await placeOf(aws, site, signal));
  const there = await getRole(aws, rolePlan.roleName, signal);
  if (!there) {
    return { ...preview, rolePlan, roleDiff: [`+ The role ${rolePlan.roleName} is new.`] };
  }
  const policy = (await getRolePolicy(aws, rolePlan.roleName, rolePlan.roleName, signal)) as
    IPolicyDocument | undefined;
  const changes = diffRole(
    {
      policies: policy ? [policy] : [],
      trust: there.trust as IPolicyDocument,
      ...(there.permissionsBoundary ? { permissionsBoundary: there.permissionsBoundary } : {})
    },
    rolePlan
  );
  return { ...preview, rolePlan, roleDiff: diffLines(changes) };
}
