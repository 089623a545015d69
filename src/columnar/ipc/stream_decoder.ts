/**
 * IPC streams, fed in chunks.
 *
 * @module
 */
import { concat } from "../../base/mod.ts";
import { BatchDecoder } from "./batch_decoder.ts";
import { invalidIpc, IpcError } from "../errors.ts";
import { readMessage, readPrefix } from "./message.ts";
import { decodeSchema } from "./schema_message.ts";
import type { Batch, BodyCodec, Schema } from "../types.ts";

/**
 * Decodes a whole IPC stream: a schema, then batches, then an end mark or just the end.
 *
 * Push chunks of any size, then take batches with `next()` until it returns `undefined`. Holds no more bytes than were
 * pushed and not yet decoded.
 */
export class IpcStreamDecoder {
  readonly #codecs: readonly BodyCodec[];
  #chunks: Uint8Array[] = [];
  #length = 0;
  #needed = 4;
  #schema: Schema | undefined;
  #decoder: BatchDecoder | undefined;
  #finished = false;
  #ended = false;

  /** `codecs` are those compressed bodies may need. */
  constructor(codecs: readonly BodyCodec[] = []) {
    this.#codecs = codecs;
  }

  /** The stream's schema, once `next()` has met it. */
  get schema(): Schema | undefined {
    return this.#schema;
  }

  /** Adds bytes. Takes `chunk`: batches are views of it where they can be. */
  push(chunk: Uint8Array): void {
    if (this.#finished || chunk.byteLength === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
  }

  /** Says that no more bytes follow. */
  end(): void {
    this.#ended = true;
  }

  /**
   * The next batch; `undefined` when more bytes are needed, or none is left.
   *
   * @throws {IpcError} when the stream is not sound, or has ended inside a message or before its schema.
   */
  next(): Batch | undefined {
    while (!this.#finished && this.#length >= this.#needed) {
      const bytes = this.#joined();
      const prefix = readPrefix(bytes);
      if (prefix === undefined) {
        this.#needed = 8;
        continue;
      }
      const { start, length } = prefix;
      if (length === 0) {
        this.#finished = true;
        break;
      }
      if (length < 0) throw invalidIpc(`Cannot read IPC stream: a message claims ${length} bytes`);
      if (bytes.byteLength < start + length) {
        this.#needed = start + length;
        continue;
      }
      const header = bytes.subarray(start, start + length);
      const total = start + length + readMessage(header).bodyLength;
      if (bytes.byteLength < total) {
        this.#needed = total;
        continue;
      }
      const body = bytes.subarray(start + length, total);
      this.#take(bytes.subarray(total));
      if (this.#decoder === undefined) {
        this.#schema = decodeSchema(header);
        this.#decoder = new BatchDecoder(this.#schema, this.#codecs);
        continue;
      }
      const batch = this.#decoder.decode(header, body);
      if (batch !== undefined) return batch;
    }
    if (this.#ended) this.#checkEnd();
    return undefined;
  }

  #joined(): Uint8Array {
    const bytes = concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }

  #take(rest: Uint8Array): void {
    this.#chunks = rest.byteLength === 0 ? [] : [rest];
    this.#length = rest.byteLength;
    this.#needed = 4;
  }

  #checkEnd(): void {
    if (this.#schema === undefined || (!this.#finished && this.#length > 0)) {
      throw new IpcError(
        "codec.ipc_truncated",
        `Cannot read IPC stream: it ends ${this.#schema === undefined ? "before its schema" : "inside a message"}`,
        { bytes: this.#length, expected: this.#needed },
      );
    }
  }
}
