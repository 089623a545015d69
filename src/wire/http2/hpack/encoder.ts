/**
 * Header lists → header blocks (RFC 7541).
 *
 * @module
 */
import { DEFAULT_TABLE_BYTES, DynamicTable, fieldBytes } from "./dynamic_table.ts";
import { huffmanEncode, huffmanLength } from "./huffman.ts";
import { type HeaderField, STATIC_TABLE } from "./static_table.ts";

/** Secrets: no table keeps them, and no hop on the way may index them. */
const SENSITIVE: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "mosaico-api-key-token",
  "proxy-authorization",
  "set-cookie",
]);

/** Values that hardly come twice: they would only push useful entries out of the table. */
const VOLATILE: ReadonlySet<string> = new Set([
  "content-length",
  "date",
  "etag",
  "grpc-message",
  "grpc-status-details-bin",
  "grpc-timeout",
]);

/** Index of the first static entry of each name, and of each name with its value. */
const staticNames = new Map<string, number>();
const staticFields = new Map<string, number>();
for (const [at, [name, value]] of STATIC_TABLE.entries()) {
  if (!staticNames.has(name)) staticNames.set(name, at + 1);
  if (value !== "") staticFields.set(`${name}\0${value}`, at + 1);
}

/** Encodes the header blocks of one direction of a connection, in their order. */
export class HpackEncoder {
  readonly #table = new DynamicTable();
  #out = new Uint8Array(1024);
  #at = 0;
  /** Smallest and last table size chosen since the last block: both must be told, in that order. */
  #resizes: { least: number; last: number } | undefined;

  /** Takes the peer's limit of our table. We never use more than the default, whatever the peer would allow. */
  setTableLimit(bytes: number): void {
    const last = Math.min(bytes, DEFAULT_TABLE_BYTES);
    if (this.#resizes === undefined && last === this.#table.maxBytes) return;
    this.#resizes = { least: Math.min(last, this.#resizes?.least ?? last), last };
  }

  /** Encodes a list, whose characters are below 256. Returns a view, valid until the next call. */
  encode(list: readonly HeaderField[]): Uint8Array {
    this.#at = 0;
    this.#reserve(16);
    if (this.#resizes !== undefined) {
      const { least, last } = this.#resizes;
      this.#resizes = undefined;
      if (least < last) this.#resize(least);
      this.#resize(last);
    }
    for (const field of list) this.#field(field);
    return this.#out.subarray(0, this.#at);
  }

  #resize(bytes: number): void {
    this.#table.resize(bytes);
    this.#integer(0x20, 5, bytes);
  }

  #field(field: HeaderField): void {
    const [name, value] = field;
    this.#reserve(name.length + value.length + 24);
    if (SENSITIVE.has(name)) return this.#literal(0x10, 4, name, value);
    const inStatic = staticFields.get(`${name}\0${value}`);
    if (inStatic !== undefined) return this.#integer(0x80, 7, inStatic);
    const inTable = this.#table.indexOf(name, value);
    if (inTable >= 0) return this.#integer(0x80, 7, STATIC_TABLE.length + 1 + inTable);
    if (VOLATILE.has(name) || fieldBytes(name, value) > this.#table.maxBytes / 2) {
      return this.#literal(0x00, 4, name, value);
    }
    this.#literal(0x40, 6, name, value);
    this.#table.add(field);
  }

  #literal(pattern: number, prefixBits: number, name: string, value: string): void {
    let nameIndex = staticNames.get(name) ?? 0;
    if (nameIndex === 0) {
      const inTable = this.#table.indexOfName(name);
      if (inTable >= 0) nameIndex = STATIC_TABLE.length + 1 + inTable;
    }
    this.#integer(pattern, prefixBits, nameIndex);
    if (nameIndex === 0) this.#string(name);
    this.#string(value);
  }

  #string(text: string): void {
    const encoded = huffmanLength(text);
    if (encoded < text.length) {
      this.#integer(0x80, 7, encoded);
      this.#at = huffmanEncode(text, this.#out, this.#at);
      return;
    }
    this.#integer(0x00, 7, text.length);
    for (let i = 0; i < text.length; i++) this.#out[this.#at++] = text.charCodeAt(i);
  }

  #integer(pattern: number, prefixBits: number, value: number): void {
    const mask = (1 << prefixBits) - 1;
    if (value < mask) {
      this.#out[this.#at++] = pattern | value;
      return;
    }
    this.#out[this.#at++] = pattern | mask;
    let rest = value - mask;
    for (; rest >= 0x80; rest >>>= 7) this.#out[this.#at++] = (rest & 0x7f) | 0x80;
    this.#out[this.#at++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#out.length, this.#at + bytes));
    grown.set(this.#out.subarray(0, this.#at));
    this.#out = grown;
  }
}
