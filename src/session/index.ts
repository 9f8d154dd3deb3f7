/** A notebook's remote session. Knows Livy and AWS, no Jupyter. */
export * from './comm';
export { makeSessionName, userPart } from './names';
export { LOGIN_NEEDED } from './endpoint';
export { emrPort } from './ports';
export type { IClusterInfo, IEmrPort, ILivyPlace } from './ports';
export { connectLine } from './binding';
export { Bindings, DEFAULT_BINDING } from './bindings';
export { queryCode } from './query';
export type { IQueryOptions } from './query';
export { NotebookSession } from './session';
export type { INotebookSessionOptions } from './session';
export { LAYER_TITLES, origins } from './layers';
export type { ILayer, IOrigin, LayerName } from './layers';
export { checkSettings, mergeSettings } from './settings';
export type { SessionSettings } from './settings';
export { escape, tableBundle, tableText } from './table';
export { RemoteError } from './types';
export type { IBindRequest, IOffer, IRunOptions, IRunResult, IStatementRequest } from './types';
