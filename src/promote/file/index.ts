export { resolveArguments } from './arguments';
export { PIPELINE_SCHEMA, SCHEMA_ID, parsePipeline, pipelineError, readPipeline } from './parse';
export { pipelineFrom, pipelineName } from './propose';
export { workerFor, workerProblem } from './workers';

export type { IParsed, IProblem } from './parse';
export type { IProposal } from './propose';
