/**
 * Jupyter counts positions in code points, JavaScript in UTF-16 units: they differ after a character outside the
 * basic plane (😀, 𝒙). Positions beyond the ends are moved to the ends.
 */

/** UTF-16 offset of the `position`-th code point of the text. */
export function toUtf16(text: string, position: number): number {
  let offset = 0;
  for (let left = position; left > 0 && offset < text.length; left--) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/** Number of code points before a UTF-16 offset. An offset inside of a surrogate pair counts the whole pair. */
export function toCodePoints(text: string, offset: number): number {
  let count = 0;
  for (let at = 0; at < offset && at < text.length; count++) {
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return count;
}
