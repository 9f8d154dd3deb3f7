export { makeScript } from './make';
export { NotPromotable, readNotebook } from './notebook';
export { originOf } from './origin';

export type { IMakeOptions } from './make';
