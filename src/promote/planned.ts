/** What a deployment of a preview would do. Makes nothing. */
import type { IAwsContext } from '../aws';
import type { ISiteConfig } from '../config';
import type { IDeployStep, IPreview, IProblem } from '../protocol';
import { EmrError } from '../protocol';
import { deploy } from './deploy';

/** Add the steps; what keeps from them is among the problems. */
export async function withSteps(
  preview: IPreview,
  aws: IAwsContext,
  site: ISiteConfig,
  signal?: AbortSignal
): Promise<IPreview> {
  const { pipeline, script } = preview;
  if (!pipeline || !script) {
    return preview;
  }
  let steps: IDeployStep[] = [];
  try {
    await deploy({
      pipeline,
      script: script.text,
      aws,
      site,
      pollMs: 0,
      dryRun: true,
      onSteps: all => (steps = all),
      ...(signal ? { signal } : {})
    });
    return { ...preview, steps };
  } catch (error) {
    if (!(error instanceof EmrError) || signal?.aborted) {
      throw error;
    }
    const { message, fix } = error;
    const problem: IProblem = { severity: 'error', subject: 'deployment', message, ...(fix ? { fix } : {}) };
    return { ...preview, steps, problems: [...preview.problems, problem] };
  }
}
