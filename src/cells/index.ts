export { CODE_OPTIONS, SESSION_OPTION, SPARK_OPTIONS, codeOptions } from './codeOptions';
export { flag, nearest, parseOptions, usage, words } from './options';
export { COMMENT, REMOTE_MAGICS, isEmptyCode, parseCell } from './parser';

export type { ICodeOptions } from './codeOptions';
export type { IMagicText, IParsedCell } from './parser';
export type { IArguments, IOption } from './types';
