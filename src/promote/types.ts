/** The words of the promotion are the protocol's: the browser's dialog speaks of them too. */
export type * from '../protocol/pipeline';
