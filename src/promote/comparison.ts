/** A preview compared with what AWS has: the role as it would be, and what changes in the one that is there. */
import type { IAwsContext } from '../aws';
import { getRole, getRolePolicy } from '../aws';
import type { ISiteConfig } from '../config';
import type { IPreview } from '../protocol';
import { findApplication } from './application';
import { placeOf } from './deploy';
import type { IPolicyDocument } from './policy';
import { diffLines, diffRole, linesOf, planRole } from './policy';

/**
 * Add the role to a preview whose file is in order. Reads only.
 *
 * @throws EmrError what AWS refused
 */
export async function compared<T extends Pick<IPreview, 'pipeline' | 'pipelineText'>>(
  preview: T,
  aws: IAwsContext,
  site: ISiteConfig,
  signal?: AbortSignal
): Promise<T & Pick<IPreview, 'rolePlan' | 'roleDiff'>> {
  const { pipeline } = preview;
  if (!pipeline) {
    return preview;
  }
  const place = await placeOf(aws, site, signal);
  const applicationId = (await findApplication(aws, pipeline.name, signal))?.applicationId;
  const rolePlan = planRole(
    pipeline,
    { ...place, ...(applicationId ? { applicationId } : {}) },
    { lineOf: linesOf(preview.pipelineText) }
  );
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
