export { ApplicationsBody } from './body';
export type { IApplicationActions } from './body';
