export { ClusterList } from './body';
export { Timeline } from './timeline';
