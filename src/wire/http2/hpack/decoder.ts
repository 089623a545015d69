/**
 * Header blocks → header lists (RFC 7541).
 *
 * @module
 */
import { connectionError, Http2ErrorCode } from "../errors.ts";
import { DEFAULT_TABLE_BYTES, DynamicTable, fieldBytes } from "./dynamic_table.ts";
import { huffmanDecode, maxDecodedLength } from "./huffman.ts";
import { type HeaderField, STATIC_TABLE } from "./static_table.ts";

/** Decodes the header blocks of one direction of a connection, in their order. */
export class HpackDecoder {
  readonly #maxListBytes: number;
  readonly #table = new DynamicTable();
  #tableLimit = DEFAULT_TABLE_BYTES;
  #scratch = new Uint8Array(256);
  #bytes: Uint8Array = this.#scratch;
  #at = 0;

  /** Creates a decoder of lists up to `maxListBytes` (RFC 9113 section 6.5.2: 32 bytes are added for each field). */
  constructor(maxListBytes: number) {
    this.#maxListBytes = maxListBytes;
  }

  /** Sets the table size the peer's encoder may choose at most, once it has acknowledged it. */
  setTableLimit(bytes: number): void {
    this.#tableLimit = bytes;
  }

  /**
   * Decodes a complete block, which is *borrowed*. Characters of names and values are its bytes.
   * Answers `undefined` for a list over the limit; the decoder stays usable, since the whole block was followed.
   *
   * @throws {Http2Error} `connection.http2` (COMPRESSION_ERROR) for a broken block; the decoder is then lost
   */
  decode(block: Uint8Array): HeaderField[] | undefined {
    this.#bytes = block;
    this.#at = 0;
    const list: HeaderField[] = [];
    let room = this.#maxListBytes;
    let mayResize = true;
    while (this.#at < block.length) {
      const first = block[this.#at]!;
      if ((first & 0xe0) === 0x20) {
        if (!mayResize) throw broken("a table size update stands after a field");
        this.#resize();
        continue;
      }
      mayResize = false;
      const field = first & 0x80 ? this.#indexed(this.#integer(7)) : this.#literal(first);
      room -= fieldBytes(field[0], field[1]);
      if (room >= 0) list.push(field);
    }
    return room >= 0 ? list : undefined;
  }

  #resize(): void {
    const bytes = this.#integer(5);
    if (bytes > this.#tableLimit) throw broken(`a table of ${bytes} bytes is over the limit of ${this.#tableLimit}`);
    this.#table.resize(bytes);
  }

  #indexed(index: number): HeaderField {
    const field = index <= STATIC_TABLE.length
      ? STATIC_TABLE[index - 1]
      : this.#table.at(index - STATIC_TABLE.length - 1);
    if (field === undefined) throw broken(`no entry has index ${index}`);
    return field;
  }

  #literal(first: number): HeaderField {
    const isAdded = (first & 0x40) !== 0;
    const nameIndex = this.#integer(isAdded ? 6 : 4);
    const name = nameIndex === 0 ? this.#string() : this.#indexed(nameIndex)[0];
    const field: HeaderField = [name, this.#string()];
    if (isAdded) this.#table.add(field);
    return field;
  }

  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    // Four more bytes reach 2^28, past any length or index that can be right.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw broken("an integer is too long");
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw broken("the block ends inside a field");
    return byte;
  }

  #string(): string {
    const isHuffman = (this.#bytes[this.#at] ?? 0) >= 0x80;
    const length = this.#integer(7);
    const from = this.#at;
    const to = from + length;
    if (to > this.#bytes.length) throw broken(`a string of ${length} bytes passes the end of the block`);
    this.#at = to;
    if (!isHuffman) return latin1(this.#bytes, from, to);
    const most = maxDecodedLength(length);
    if (this.#scratch.length < most) this.#scratch = new Uint8Array(most);
    const decoded = huffmanDecode(this.#bytes, from, to, this.#scratch);
    if (decoded < 0) throw broken("a string is not Huffman code");
    return latin1(this.#scratch, 0, decoded);
  }
}

function broken(what: string): Error {
  return connectionError(Http2ErrorCode.COMPRESSION_ERROR, `a header block is broken: ${what}`);
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  // In parts: the arguments of a call go on the stack.
  for (let at = from; at < to; at += 1024) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(at + 1024, to)) as unknown as number[]);
  }
  return text;
}
