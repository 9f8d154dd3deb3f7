export { PipelinesBody } from './body';
export type { IRunActions } from './body';
export { showCompareDialog, showRunDialog } from './dialogs';
export { runLogWidget } from './log';
