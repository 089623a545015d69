/**
 * Arrow IPC streams, as files hold them.
 *
 * @module
 */
import { toHex } from "../../src/base/mod.ts";
import {
  type Batch,
  BatchDecoder,
  type BodyCodec,
  decodeSchema,
  type Schema,
  unwrapEncapsulated,
} from "../../src/columnar/mod.ts";
import { readMessage } from "../../src/columnar/ipc/message.ts";

/** A whole stream: a schema, then batches, then an end mark or just the end. Iterated, it decodes its batches. */
export class IpcStream implements Iterable<Batch> {
  readonly schema: Schema;
  /** Knows the dictionaries of the batches decoded so far. */
  readonly decoder: BatchDecoder;
  readonly #bytes: Uint8Array;
  #at = 0;

  /** `codecs` are those compressed bodies may need. */
  constructor(bytes: Uint8Array, codecs: readonly BodyCodec[] = []) {
    this.#bytes = bytes;
    this.schema = decodeSchema(this.#nextHeader());
    this.decoder = new BatchDecoder(this.schema, codecs);
  }

  *[Symbol.iterator](): Generator<Batch, void, void> {
    while (!this.#isAtEnd()) {
      const header = this.#nextHeader();
      const { bodyLength } = readMessage(header);
      const batch = this.decoder.decode(header, this.#bytes.subarray(this.#at, this.#at + bodyLength));
      this.#at += bodyLength;
      if (batch !== undefined) yield batch;
    }
  }

  #isAtEnd(): boolean {
    const rest = toHex(this.#bytes.subarray(this.#at, this.#at + 8));
    return rest === "" || rest === "ffffffff00000000" || rest.startsWith("00000000"); // as before Arrow 0.15
  }

  #nextHeader(): Uint8Array {
    const header = unwrapEncapsulated(this.#bytes.subarray(this.#at));
    this.#at = header.byteOffset + header.byteLength - this.#bytes.byteOffset;
    return header;
  }
}
