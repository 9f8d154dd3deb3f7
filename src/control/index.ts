/** The handlers behind the sidebar, the `%emr` magics and the command line. */
export { serveControlComm } from './comm';
export type { IControlComm } from './comm';
export { createControl } from './control';
export * from './types';
export { doctor, doctorText } from './doctor';
export type { ICheck, IDoctorEvents, IDoctorTarget } from './doctor';
export { connectInfo, findCluster } from './connectInfo';
export type { IConnectInfo } from './connectInfo';
export { follow } from './follow';
export type { Goal, IFollowOptions } from './follow';
export { chooseProduct } from './choose';
export type { IChoice, IWanted } from './choose';
export { indexLine, searchWhenReady } from './catalogIndex';
export { columnRows, dataSetLines, grantRows, hitRows, readFilters, readTableName, reasonText } from './catalogText';
export { followRun, runError } from './followRun';
export type { IFollowRunOptions } from './followRun';
export { money } from '../promote/cost';
