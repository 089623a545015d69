/**
 * Helpers for bytes and plain arrays of numbers.
 *
 * @module
 */

/** No bytes. */
export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 of `text`. Returns a copy. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 `bytes`. @throws {TypeError} when they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Total length of `slices`. */
export function totalLength(slices: readonly Uint8Array[]): number {
  let total = 0;
  for (const slice of slices) total += slice.byteLength;
  return total;
}

/** One array of all `parts`. Returns a copy, or the only part itself. */
export function concatNumbers(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** One array of all `slices`. Returns a copy, or the only slice itself. */
export function concat(slices: readonly Uint8Array[]): Uint8Array {
  if (slices.length === 1) return slices[0]!;
  const out = new Uint8Array(totalLength(slices));
  let at = 0;
  for (const slice of slices) {
    out.set(slice, at);
    at += slice.byteLength;
  }
  return out;
}

/** Whether both hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i]);
}

/** Lower-case hex digits of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Bytes of hex digits. @throws {RangeError} when `text` is not hex. */
export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) {
    throw new RangeError(`Cannot read hex: "${text.slice(0, 20)}" holds other characters`);
  }
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}
