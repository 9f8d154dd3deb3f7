/** Reading a magic's line is shared with the promotion: see src/cells. */
export { flag, nearest, parseOptions, usage, words } from '../cells';
