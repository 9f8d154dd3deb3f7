import type { ISnippet, Language } from '../../protocol';

/** Languages that a snippet can be in. */
export type SnippetLanguage = ISnippet['language'];

const OF_KERNEL: Record<Language, SnippetLanguage> = { pyspark: 'pyspark', spark: 'scala', sparkr: 'r' };
const MAGIC: Record<SnippetLanguage, string> = { pyspark: '%%pyspark', sql: '%%sql', scala: '%%scala', r: '%%r' };

/** The language of a kernel's cells, where the kernel is one of ours. */
export function snippetLanguage(language: Language | null): SnippetLanguage | undefined {
  return language === null ? undefined : OF_KERNEL[language];
}

/**
 * A snippet as a cell of a notebook: with the magic of its language where the notebook's is another.
 *
 * @param kernel - undefined: not one of ours, the code stays as it is
 */
export function asCell({ code, language }: Pick<ISnippet, 'code' | 'language'>, kernel?: SnippetLanguage): string {
  return kernel === undefined || kernel === language ? code : `${MAGIC[language]}\n${code}`;
}
