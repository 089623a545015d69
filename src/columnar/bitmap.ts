/**
 * Bitmaps: one bit a row, least significant first.
 *
 * @module
 */

/** Bytes of a bitmap of `bits`. */
export function bitmapBytes(bits: number): number {
  return (bits + 7) >>> 3;
}

/** Whether bit `index` is set. */
export function bitAt(bitmap: Uint8Array, index: number): boolean {
  return (bitmap[index >>> 3]! >>> (index & 7) & 1) === 1;
}

/** Sets the bits `[from, to)`. */
export function setBits(bitmap: Uint8Array, from: number, to: number): void {
  if (from >= to) return;
  const first = from >>> 3;
  const last = (to - 1) >>> 3;
  const head = 0xff << (from & 7) & 0xff;
  const tail = 0xff >>> (7 - ((to - 1) & 7));
  if (first === last) {
    bitmap[first]! |= head & tail;
    return;
  }
  bitmap[first]! |= head;
  bitmap.fill(0xff, first + 1, last);
  bitmap[last]! |= tail;
}

/** How many of the first `length` bits are set. */
export function countBits(bitmap: Uint8Array, length: number): number {
  const whole = length >>> 3;
  let count = 0;
  let i = 0;
  while (i < whole && (bitmap.byteOffset + i & 3) !== 0) count += ones(bitmap[i++]!);
  if (whole - i >= 4) {
    const words = new Int32Array(bitmap.buffer, bitmap.byteOffset + i, (whole - i) >>> 2);
    for (let k = 0; k < words.length; k++) count += ones(words[k]!);
    i += 4 * words.length;
  }
  for (; i < whole; i++) count += ones(bitmap[i]!);
  const rest = length & 7;
  return rest === 0 ? count : count + ones(bitmap[whole]! & ((1 << rest) - 1));
}

/** Set bits of a 32-bit word: summed in pairs, fours, bytes. */
function ones(word: number): number {
  const pairs = word - (word >>> 1 & 0x55555555);
  const fours = (pairs & 0x33333333) + (pairs >>> 2 & 0x33333333);
  return Math.imul(fours + (fours >>> 4) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The bits `[from, from + length)` as a bitmap of their own: a view where they begin at a byte, else a copy. */
export function sliceBits(bitmap: Uint8Array, from: number, length: number): Uint8Array {
  const first = from >>> 3;
  const bytes = bitmapBytes(length);
  const shift = from & 7;
  if (shift === 0) return bitmap.subarray(first, first + bytes);
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) {
    out[i] = (bitmap[first + i]! >>> shift) | ((bitmap[first + i + 1] ?? 0) << (8 - shift));
  }
  return out;
}

/** Writes the first `length` bits of `source` (all ones when `undefined`) at bit `at` of `target`, which is zero there. */
export function copyBits(target: Uint8Array, at: number, source: Uint8Array | undefined, length: number): void {
  if (source === undefined) return setBits(target, at, at + length);
  for (let i = 0; i < length; i++) {
    if (bitAt(source, i)) target[(at + i) >>> 3]! |= 1 << ((at + i) & 7);
  }
}
