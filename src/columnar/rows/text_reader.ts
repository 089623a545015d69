import { fromUtf8 } from "../../base/mod.ts";

/** Up to here the runtime's decoder costs more than a call of `String.fromCharCode`. */
const SHORT_TEXT = 48;

/** Reads the strings of a column. A string equal to the one before is the same object, decoded once. */
export class TextReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #text = "";

  /** Text of `bytes` from `from` to `to`. */
  read(bytes: Uint8Array, from: number, to: number): string {
    const last = this.#bytes;
    const length = to - from;
    if (length === last.byteLength) {
      let i = 0;
      while (i < length && last[i] === bytes[from + i]) i++;
      if (i === length) return this.#text;
    }
    const slice = bytes.subarray(from, to);
    const text = length <= SHORT_TEXT && isAscii(slice)
      ? String.fromCharCode.apply(null, slice as unknown as number[])
      : fromUtf8(slice);
    this.#bytes = slice;
    this.#text = text;
    return text;
  }
}

function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i]!;
  return all < 0x80;
}
