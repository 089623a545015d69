/**
 * The order of texts on the wire.
 *
 * @module
 */

/**
 * Below, at or above zero as `a` stands before, at or behind `b` code point by code point, which is how their UTF-8 sorts;
 * JavaScript's own order sets U+E000 to U+FFFF behind what lies above them.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    // Where the second halves of two surrogate pairs differ, their own order is the right one.
    return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}
