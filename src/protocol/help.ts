/** Answer to a complete_request. Positions are UTF-16 offsets into the code; the kernel turns them to code points. */
export interface ICompletion {
  matches: string[];
  cursorStart: number;
  cursorEnd: number;
  /** One a match, Jupyter's `_jupyter_types_experimental`: function, class, module, instance, keyword, param, … */
  types?: string[];
}

/** Answer to an is_complete_request: whether a console should run what was typed. */
export interface IIsComplete {
  status: 'complete' | 'incomplete' | 'invalid' | 'unknown';
  /** Only with `incomplete`. */
  indent?: string;
}
