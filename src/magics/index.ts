/** What a cell may say: magics, and code for the cluster. Knows no Jupyter messages. */
export { CELL_MAGICS, helpPage } from './cells';
export { completeMagic, inspectMagic } from './assist';
export { SHOWN_CHARACTERS, keepTrace, keptTexts, partsOf, showParts } from './outputs';
export type { OutputPlace } from './outputs';
export { LINE_MAGICS, runCell } from './interpreter';
export { ownMagics } from './ownMagics';
export type { IOwnInvocation, IOwnMagic } from './ownMagics';
export { parseCell } from './parser';
export { progressBundle } from './progress';
export type { ICell, INotebook } from './types';
