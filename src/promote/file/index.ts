export { resolveArguments } from './arguments';
export { SCHEMA_ID, parsePipeline, pipelineError, readPipeline } from './parse';
export { workerFor, workerProblem } from './sizes';

export type { IParsed, IProblem } from './parse';
