import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** A string argument of a command, undefined where it is missing, empty or of another type. */
export function text(args: ReadonlyPartialJSONObject, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** JSON schema of a command's arguments, as `describedBy` wants it. */
export function describe(properties: Record<string, ReadonlyJSONObject>): { args: ReadonlyJSONObject } {
  return { args: { type: 'object', properties } };
}

/** Descriptions of the arguments that many commands share. */
export const PATH = { type: 'string', description: 'Path of an open notebook. Default: the current one.' } as const;
