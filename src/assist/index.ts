/** Help while typing: completion, inspection, whether a cell is complete. Knows no Jupyter message. */
export { Assist } from './assist';
export type { IAssistHost } from './assist';
