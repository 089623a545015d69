/**
 * Strings of a column.
 *
 * @module
 */
import { EMPTY_BYTES, fromUtf8 } from "../../base/mod.ts";

/** Up to here the runtime's decoder costs more than making the characters. */
const SHORT_TEXT = 48;

/** Reads the strings of a column. A string equal to the one before is the same object, decoded once. */
export class TextReader {
  #bytes: Uint8Array = EMPTY_BYTES;
  #from = 0;
  #length = 0;
  #text = "";

  /** Text of `bytes` from `from` to `to`. */
  read(bytes: Uint8Array, from: number, to: number): string {
    const length = to - from;
    if (length === this.#length) {
      const last = this.#bytes;
      const lastFrom = this.#from;
      let i = 0;
      while (i < length && last[lastFrom + i] === bytes[from + i]) i++;
      if (i === length) return this.#text;
    }
    const short = length <= SHORT_TEXT ? asciiText(bytes, from, to) : undefined;
    this.#bytes = bytes;
    this.#from = from;
    this.#length = length;
    return this.#text = short ?? fromUtf8(bytes.subarray(from, to));
  }
}

/** Text of bytes that are all ASCII, eight at a time: a call for each costs more, and a call with a list of them most. */
function asciiText(bytes: Uint8Array, from: number, to: number): string | undefined {
  let text = "";
  let all = 0;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const a = bytes[at]!;
    const b = bytes[at + 1]!;
    const c = bytes[at + 2]!;
    const d = bytes[at + 3]!;
    const e = bytes[at + 4]!;
    const f = bytes[at + 5]!;
    const g = bytes[at + 6]!;
    const h = bytes[at + 7]!;
    all |= a | b | c | d | e | f | g | h;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at < to; at++) {
    const byte = bytes[at]!;
    all |= byte;
    text += String.fromCharCode(byte);
  }
  return all < 0x80 ? text : undefined;
}
