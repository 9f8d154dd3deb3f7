/** Any text as a literal of Python, in ASCII: what the other side's locale is does not matter. */
export function pythonText(text: string): string {
  // JSON's escapes are Python's too, but for characters beyond the basic plane, which JSON leaves as they are.
  return JSON.stringify(text).replace(/[\u007f-\uffff]|[\ud800-\udbff][\udc00-\udfff]/gu, character => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Plain data as a value of Python: `json.loads` of a literal. */
export function pythonValue(value: unknown): string {
  return `__import__('json').loads(${pythonText(JSON.stringify(value))})`;
}

/** `12.3 MB`; a megabyte is 1,000,000 bytes. */
export function megabytes(bytes: number): string {
  const mb = bytes / 1e6;
  return mb < 0.1 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${mb < 10 ? mb.toFixed(1) : Math.round(mb)} MB`;
}

/** `1,000 rows`. */
export function count(value: number, what: string): string {
  return `${value.toLocaleString('en-US')} ${what}${value === 1 ? '' : 's'}`;
}
