/** Words that the browser and the kernel share. Types and tiny pure functions; imports nothing. */
export * from './comm';
export * from './control';
export * from './errors';
export * from './help';
export * from './json';
export * from './mime';
export * from './session';
export * from './version';
export * from './pipeline';
export * from './promote';
export * from './catalog';
