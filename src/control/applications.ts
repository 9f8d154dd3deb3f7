/** EMR Serverless applications for those who look for one to connect to. */
import type { Application, ApplicationSummary, IAwsContext } from '../aws';
import {
  findApplication,
  getApplication,
  isDenied,
  listApplications,
  livyProblem,
  startApplication,
  stopApplication
} from '../aws';
import { PIPELINE_TAG } from '../promote/names';
import type { IApplication, IApplicationList, IErrorInfo } from '../protocol';
import { errorInfo } from '../protocol';

/** Applications whose details are asked for at once, and at most. */
const AT_ONCE = 6;
const AT_MOST = 60;

/** Details by application; `as` tells of which change and state they are. */
export type KnownApplications = Map<string, { as: string; row: IApplication }>;

/**
 * All applications, by name, with whether notebooks can connect to them. Where details cannot be read they are left
 * out, and said why.
 *
 * @param known - details that were read before: an application that did not change is not asked for again
 */
export async function listed(
  aws: IAwsContext,
  signal?: AbortSignal,
  known: KnownApplications = new Map()
): Promise<IApplicationList> {
  const asOf = new Date().toISOString();
  const found = await listApplications(aws, signal);
  const as = ({ state, updatedAt }: ApplicationSummary) => `${state ?? ''} ${updatedAt?.toISOString() ?? ''}`;
  const applications = found.map(summary => {
    const kept = known.get(summary.id ?? '');
    return kept?.as === as(summary) ? kept.row : rowOf(summary);
  });
  let problem: IErrorInfo | undefined;
  const asked = found
    .slice(0, AT_MOST)
    .filter(summary => known.get(summary.id ?? '')?.as !== as(summary) && livyProblem(summary) === undefined);
  for (let at = 0; at < asked.length && problem === undefined; at += AT_ONCE) {
    await Promise.all(
      asked.slice(at, at + AT_ONCE).map(async summary => {
        const { id = '' } = summary;
        try {
          const row = rowOf(await getApplication(aws, id, signal));
          applications[applications.findIndex(one => one.applicationId === id)] = row;
          known.set(id, { as: as(summary), row });
        } catch (error) {
          if (signal?.aborted) {
            throw error;
          }
          const told = errorInfo(error);
          // One may be deleted while they are looked at.
          problem ??= told.code === 'ApplicationNotFound' ? undefined : told;
        }
      })
    );
  }
  const without = problem && isDenied(problem) ? 'its details may not be read' : 'its details could not be read';
  return {
    applications: applications
      .map(row => (row.livy === undefined && row.why === undefined ? { ...row, why: without } : row))
      .sort((one, other) => one.name.localeCompare(other.name) || one.applicationId.localeCompare(other.applicationId)),
    ...(problem ? { problem } : {}),
    asOf
  };
}

/** Ask for its start or stop; answers how it is then. */
export async function startOrStop(
  aws: IAwsContext,
  action: 'start' | 'stop',
  wanted: string,
  signal?: AbortSignal
): Promise<IApplication> {
  const { applicationId = '' } = await findApplication(aws, wanted, signal);
  await (action === 'start' ? startApplication : stopApplication)(aws, applicationId, signal);
  return rowOf(await getApplication(aws, applicationId, signal));
}

/** A row from either shape; only the full one tells of Livy. */
export function rowOf(from: Application | ApplicationSummary): IApplication {
  const { name, state, releaseLabel = '', type, architecture } = from;
  const id = ('applicationId' in from ? from.applicationId : undefined) ?? ('id' in from ? from.id : undefined) ?? '';
  const full = 'applicationId' in from ? from : undefined;
  const stop = full?.autoStopConfiguration;
  const livy = full && full.interactiveConfiguration?.livyEndpointEnabled === true;
  const pipeline = full?.tags?.[PIPELINE_TAG];
  const why = livyProblem({ type, releaseLabel, ...(livy === undefined ? {} : { livy }) });
  return {
    applicationId: id,
    name: name ?? id,
    state: state ?? 'UNKNOWN',
    release: releaseLabel,
    ...(architecture ? { architecture } : {}),
    ...(why ? { livy: false, why } : livy ? { livy } : {}),
    ...(stop?.enabled !== false && stop?.idleTimeoutMinutes !== undefined
      ? { autoStopMinutes: stop.idleTimeoutMinutes }
      : {}),
    ...(pipeline ? { pipeline } : {})
  };
}
