/**
 * Bounds of one column for a run of chunks, as the catalogue keeps them.
 *
 * ```text
 * u32 checksum of all that follows
 * per chunk: least, most (f64 each, or 16 bytes of text each), u32 values, u32 NaNs
 * ```
 *
 * @module
 */
import { type Bounds, NO_LEAST_TEXT, NO_MOST_TEXT, TEXT_BYTES } from "./bounds.ts";
import type { LeafKind } from "./leaves.ts";

/** Chunks of a block. */
export const BLOCK_CHUNKS = 256;

/** Form of the index: what has another is built anew. */
export const INDEX_VERSION = 1;

const HEADER_BYTES = 4;
const NUMBER_BYTES = 24;
const TEXT_ENTRY_BYTES = 2 * TEXT_BYTES + 8;

/** Bounds of a column for up to {@linkcode BLOCK_CHUNKS} neighbouring chunks. */
export class ColumnBlock {
  readonly #kind: LeafKind;
  #bytes: Uint8Array;
  #view: DataView;

  private constructor(kind: LeafKind, bytes: Uint8Array) {
    this.#kind = kind;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A block without values, to be filled. It grows. */
  static empty(kind: LeafKind): ColumnBlock {
    return new ColumnBlock(kind, new Uint8Array(HEADER_BYTES));
  }

  /** Opens what {@linkcode pack} made; `undefined` when it is damaged. */
  static open(kind: LeafKind, packed: Uint8Array): ColumnBlock | undefined {
    const length = packed.byteLength - HEADER_BYTES;
    if (length <= 0 || length % entryBytes(kind) !== 0) return undefined;
    const block = new ColumnBlock(kind, packed);
    return block.#view.getUint32(0, true) === checksum(packed) ? block : undefined;
  }

  /** Chunks it has room for. */
  get length(): number {
    return (this.#bytes.byteLength - HEADER_BYTES) / entryBytes(this.#kind);
  }

  /** Notes the bounds of chunk `index` of the block. */
  set(index: number, { least, most, values, nans }: Bounds): void {
    if (index >= this.length) this.#grow(Math.max(index + 1, 2 * this.length));
    const at = HEADER_BYTES + entryBytes(this.#kind) * index;
    if (this.#kind === "number") {
      this.#view.setFloat64(at, least as number, true);
      this.#view.setFloat64(at + 8, most as number, true);
    } else {
      this.#bytes.set(least as Uint8Array, at);
      this.#bytes.set(most as Uint8Array, at + TEXT_BYTES);
    }
    const counts = at + entryBytes(this.#kind) - 8;
    this.#view.setUint32(counts, values, true);
    this.#view.setUint32(counts + 4, nans, true);
  }

  /** Bounds of chunk `index` of the block; without values nobody set any, or there are none. */
  get(index: number): Bounds {
    if (index >= this.length) return this.#kind === "number" ? NO_NUMBERS : NO_TEXTS;
    const at = HEADER_BYTES + entryBytes(this.#kind) * index;
    const counts = at + entryBytes(this.#kind) - 8;
    const values = this.#view.getUint32(counts, true);
    const nans = this.#view.getUint32(counts + 4, true);
    if (this.#kind === "number") {
      if (values === 0) return { ...NO_NUMBERS, nans };
      return { least: this.#view.getFloat64(at, true), most: this.#view.getFloat64(at + 8, true), values, nans };
    }
    if (values === 0) return NO_TEXTS;
    const least = this.#bytes.subarray(at, at + TEXT_BYTES);
    return { least, most: this.#bytes.subarray(at + TEXT_BYTES, at + 2 * TEXT_BYTES), values, nans };
  }

  /** The first `count` chunks as bytes. Returns a copy. */
  pack(count: number): Uint8Array {
    if (count > this.length) this.#grow(count);
    const packed = this.#bytes.slice(0, HEADER_BYTES + entryBytes(this.#kind) * count);
    new DataView(packed.buffer).setUint32(0, checksum(packed), true);
    return packed;
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(HEADER_BYTES + entryBytes(this.#kind) * length);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

const NO_NUMBERS: Bounds<number> = { least: Infinity, most: -Infinity, values: 0, nans: 0 };
const NO_TEXTS: Bounds<Uint8Array> = { least: NO_LEAST_TEXT, most: NO_MOST_TEXT, values: 0, nans: 0 };

function entryBytes(kind: LeafKind): number {
  return kind === "number" ? NUMBER_BYTES : TEXT_ENTRY_BYTES;
}

/** FNV-1a over words; what is packed is a whole number of them. */
function checksum(packed: Uint8Array): number {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let hash = 0x811c9dc5;
  for (let at = HEADER_BYTES; at < packed.byteLength; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x01000193);
  }
  return hash >>> 0;
}

/** Below, at or above zero, as the bytes stand to each other. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.byteLength - b.byteLength;
}
