export { MyClusters, OtherClusters } from './body';
export { Timeline } from './timeline';
