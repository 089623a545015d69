/**
 * UTF-8 without an object per string.
 *
 * @module
 */

/** Whether `bytes` are well-formed UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF. */
export function isUtf8(bytes: Uint8Array): boolean {
  const length = bytes.byteLength;
  let i = 0;
  while (i < length) {
    i = skipAscii(bytes, i);
    if (i === length) return true;
    const first = bytes[i]!;
    const second = bytes[i + 1] ?? 0;
    if (first < 0xe0) {
      if (first < 0xc2 || second >>> 6 !== 2) return false;
      i += 2;
    } else if (first < 0xf0) {
      if (second >>> 6 !== 2 || (bytes[i + 2] ?? 0) >>> 6 !== 2) return false;
      if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return false;
      i += 3;
    } else {
      if (second >>> 6 !== 2 || (bytes[i + 2] ?? 0) >>> 6 !== 2 || (bytes[i + 3] ?? 0) >>> 6 !== 2) return false;
      if (first > 0xf4 || (first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return false;
      i += 4;
    }
  }
  return true;
}

/** Position of the first byte above 127 at or after `from`, else the length. */
export function skipAscii(bytes: Uint8Array, from: number): number {
  const length = bytes.byteLength;
  let i = from;
  while (i < length && (bytes.byteOffset + i & 3) !== 0) {
    if (bytes[i]! > 127) return i;
    i++;
  }
  const count = (length - i) >>> 2;
  if (count > 4) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + i, count);
    let k = 0;
    while (k < count && (words[k]! & 0x80808080) === 0) k++;
    i += 4 * k;
  }
  while (i < length && bytes[i]! <= 127) i++;
  return i;
}
