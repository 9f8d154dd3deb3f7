/** Names of what is made for one pipeline. None is shared by two. */
import { EmrError } from '../../protocol';

/** IAM's limit on a role's name. */
const MOST = 64;

/** Name of the role that the pipeline's runs take. */
export function roleName(pipeline: string): string {
  return checked(pipeline, `emr-pipeline-${pipeline}`);
}

/** Name of the role by which EventBridge Scheduler starts the pipeline. */
export function schedulerRoleName(pipeline: string): string {
  return checked(pipeline, `emr-schedule-${pipeline}`);
}

/** CloudWatch log group of the pipeline, where it has one. */
export function logGroupName(pipeline: string): string {
  return `/emr-pipeline/${pipeline}`;
}

/** Never cut: two long names could become one, and two pipelines would share a role. */
function checked(pipeline: string, name: string): string {
  if (name.length > MOST) {
    throw new EmrError({
      code: 'UsageError',
      hop: 'config',
      message: `name: "${pipeline}" has ${pipeline.length} characters, and IAM takes no role of the name ${name}.`,
      fix: `Give the pipeline a name of at most ${MOST - (name.length - pipeline.length)} characters.`
    });
  }
  return name;
}
