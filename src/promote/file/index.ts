export { resolveArguments } from './arguments';
export { PIPELINE_SCHEMA, SCHEMA_ID, parsePipeline, pipelineError, readPipeline } from './parse';
export { pipelineFrom, pipelineName, rewritePipeline } from './propose';
export { workerFor, workerProblem } from './sizes';

export type { IParsed, IProblem } from './parse';
export type { IChange, IProposal } from './propose';
