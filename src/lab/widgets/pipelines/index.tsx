export { PipelinesBody } from './body';
export type { IReveal, IRunActions } from './body';
export { showCompareDialog } from './compare';
export { showRunDialog } from './dialogs';
export { runLogWidget } from './log';
export { templateWidget } from './template';
