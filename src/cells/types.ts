/** Words of a magic’s line. */

/** One option of a magic. */
export interface IOption {
  /** Without dashes. */
  name: string;
  /** One letter. */
  short?: string;
  /** What the value is called in the help; without it the option is a switch. */
  value?: string;
  /** May stand more than once. */
  multiple?: boolean;
  help: string;
  /** Fixed choices, for completion and checking, any case. */
  choices?: readonly string[];
  /** Other names that are accepted. */
  aliases?: readonly string[];
  /** Not shown in help and completion. */
  hidden?: boolean;
}

/** Parsed options and words of a magic's line. */
export interface IArguments {
  /** Words that are not options. */
  words: string[];
  has(name: string): boolean;
  get(name: string): string | undefined;
  all(name: string): string[];
}
