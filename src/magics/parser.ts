/** Taking a cell apart is shared with the promotion: see src/cells. */
export { COMMENT, REMOTE_MAGICS, isEmptyCode, parseCell } from '../cells';

export type { IMagicText, IParsedCell } from '../cells';
