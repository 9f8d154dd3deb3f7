/** Everything that can be known to be wrong before anything is made. */
import type { IProblem } from '../protocol';
import { EmrError } from '../protocol';
import { releaseProblem } from './release';
import { capProblems, workerProblems } from './sizes';
import { argumentValues } from './startRun';
import type { IPipeline } from './types';

/** A requirement of pip's: a name with extras, versions, a marker. Never an option or an address. */
const REQUIREMENT =
  /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\s*\[[A-Za-z0-9._,\s-]*\])?\s*([<>=!~]=?=?[^;]*)?(;.*)?$/;
const MOST_ATTEMPTS = 10;

/** What is wrong with a pipeline, from its own words alone. */
export function pipelineProblems(pipeline: IPipeline): IProblem[] {
  const texts: string[] = [];
  const release = releaseProblem(pipeline.release, pipeline.architecture);
  if (release) {
    texts.push(release);
  }
  const workers = [...workerProblems('driver', pipeline.driver), ...workerProblems('executor', pipeline.executor)];
  texts.push(...workers, ...capProblems(pipeline));
  if (pipeline.image && pipeline.packages.length > 0) {
    texts.push('packages: an image brings its own packages. Put them into the image, or leave the image out.');
  }
  for (const one of pipeline.packages.filter(item => !REQUIREMENT.test(item.trim()))) {
    texts.push(`packages: "${one}" is not a requirement. Write it as pandas==2.2.3.`);
  }
  if (pipeline.retries < 0 || pipeline.retries >= MOST_ATTEMPTS) {
    texts.push(
      `retries: EMR Serverless tries a run ${MOST_ATTEMPTS} times at most: 0 to ${MOST_ATTEMPTS - 1} retries.`
    );
  }
  if (!(pipeline.timeLimitMinutes > 0)) {
    texts.push('timeLimitMinutes: a run without a limit may cost without one. Give the minutes that it may take.');
  }
  const names = pipeline.arguments.map(({ name }) => name);
  for (const twice of new Set(names.filter((name, at) => names.indexOf(name) !== at))) {
    texts.push(`arguments: "${twice}" stands there twice.`);
  }
  const problems = texts.map((message): IProblem => ({ severity: 'error', subject: 'pipeline', message }));
  if (pipeline.schedule) {
    try {
      argumentValues(pipeline, pipeline.schedule.arguments ?? {});
    } catch (error) {
      if (!(error instanceof EmrError)) {
        throw error;
      }
      problems.push({
        severity: 'error',
        subject: 'pipeline',
        message: `schedule.arguments: ${error.message}`,
        ...(error.fix ? { fix: error.fix } : {})
      });
    }
  }
  return problems;
}

/** @throws EmrError `PipelineInvalid` with all of the errors in its text */
export function throwProblems(name: string, problems: IProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) {
    return;
  }
  throw new EmrError({
    code: 'PipelineInvalid',
    hop: 'config',
    message: `The pipeline ${name} cannot be deployed, and nothing was made: ${errors
      .map(({ message, fix, line }) => `${line === undefined ? '' : `line ${line}: `}${message}${fix ? ` ${fix}` : ''}`)
      .join(' ')}`,
    fix: 'Correct what is named, and deploy again.'
  });
}
