import { SchemaError } from "../errors.ts";

/** Offsets of 32 bits end here. */
const MAX_BYTES = 0x7fff_ffff;
/** Below this many UTF-16 units a loop beats the runtime's encoder. */
const SHORT_TEXT = 40;

const encoder = new TextEncoder();

/** The bytes of a string or binary column. A text equal to the one before is copied from there, not encoded again. */
export class BytesBuffer {
  /** Bytes; those from `length` on are spare. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Bytes used. */
  length = 0;
  /** Bytes to make room for at first. */
  #nextCapacity = 64;
  #lastText = "";
  #lastStart = 0;
  #lastLength = 0;

  /** Adds the UTF-8 of `text`. Returns how many bytes, or -1 when `text` has a lone surrogate: then nothing is added. */
  text(text: string): number {
    if (text === this.#lastText) return this.#again();
    const start = this.length;
    this.reserve(3 * text.length);
    const written = text.length <= SHORT_TEXT ? this.#encodeShort(text) : this.#encodeLong(text);
    if (written < 0) return -1;
    this.length = start + written;
    this.#lastText = text;
    this.#lastStart = start;
    this.#lastLength = written;
    return written;
  }

  #again(): number {
    const { bytes, length } = this;
    const size = this.#lastLength;
    if (length + size > bytes.byteLength) {
      this.reserve(size);
      return this.#again();
    }
    const from = this.#lastStart;
    if (size > SHORT_TEXT) bytes.copyWithin(length, from, from + size);
    else for (let i = 0; i < size; i++) bytes[length + i] = bytes[from + i]!;
    this.length = length + size;
    return size;
  }

  #encodeShort(text: string): number {
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) bytes[at++] = unit;
      else if (unit < 0x800) {
        bytes[at++] = 0xc0 | unit >> 6;
        bytes[at++] = 0x80 | unit & 0x3f;
      } else if (unit >= 0xd800 && unit < 0xe000) {
        const low = text.charCodeAt(++i);
        if (unit >= 0xdc00 || !(low >= 0xdc00 && low < 0xe000)) return -1;
        const point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        bytes[at++] = 0xf0 | point >> 18;
        bytes[at++] = 0x80 | point >> 12 & 0x3f;
        bytes[at++] = 0x80 | point >> 6 & 0x3f;
        bytes[at++] = 0x80 | point & 0x3f;
      } else {
        bytes[at++] = 0xe0 | unit >> 12;
        bytes[at++] = 0x80 | unit >> 6 & 0x3f;
        bytes[at++] = 0x80 | unit & 0x3f;
      }
    }
    return at - this.length;
  }

  #encodeLong(text: string): number {
    return text.isWellFormed() ? encoder.encodeInto(text, this.bytes.subarray(this.length)).written : -1;
  }

  /** Adds a copy of `value`. Returns how many bytes. */
  copy(value: Uint8Array): number {
    this.reserve(value.byteLength);
    this.bytes.set(value, this.length);
    this.length += value.byteLength;
    return value.byteLength;
  }

  /** Makes room for `more` bytes. @throws {SchemaError} `schema.batch_full` beyond 2 GiB. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.byteLength) return;
    if (needed > MAX_BYTES) {
      throw new SchemaError("schema.batch_full", `Cannot append row: a column would hold ${needed} bytes`, {
        bytes: needed,
      });
    }
    const capacity = this.bytes.byteLength === 0 ? Math.max(needed, this.#nextCapacity) : 2 * needed;
    const grown = new Uint8Array(Math.min(MAX_BYTES, capacity));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Forgets the bytes from `length` on. */
  rollback(length: number): void {
    this.length = length;
    this.#lastText = "";
    this.#lastLength = 0;
  }

  /** The bytes; empty again afterwards, with room for as many. Returns what it held, not a copy. */
  finish(): Uint8Array {
    const held = this.bytes.subarray(0, this.length);
    this.#nextCapacity = Math.max(64, this.length);
    this.bytes = new Uint8Array(0);
    this.rollback(0);
    return held;
  }
}
