/**
 * Hands out the field nodes and buffers of one record batch in order, each bounded by the body it lies in.
 *
 * @module
 */
import { EMPTY_BYTES } from "../../base/mod.ts";
import { invalidIpc, IpcError } from "../errors.ts";
import { countAt, type FlatbufferReader, type FlatTable, type FlatVector } from "./flatbuffer_reader.ts";
import type { ValueArrayConstructor } from "../layout.ts";
import { MAX_DECOMPRESSED_BYTES, MAX_RATIO, MAX_ROWS, RATIO_SLACK } from "./limits.ts";
import type { BodyCodec, ValueArray } from "../types.ts";

const CODEC_NAMES = ["lz4", "zstd"] as const;

/** Cursor over one record batch. Borrows header and body. */
export class BodyReader {
  /** Rows the batch claims. */
  readonly numRows: number;
  readonly #view: DataView;
  readonly #body: Uint8Array;
  readonly #nodes: FlatVector;
  readonly #buffers: FlatVector;
  readonly #variadic: FlatVector;
  readonly #codec: BodyCodec | undefined;
  #node = 0;
  #buffer = 0;
  #variadicAt = 0;
  #bytesLeft: number;
  #decompressedLeft = MAX_DECOMPRESSED_BYTES;

  /** Opens the `RecordBatch` table `batch` whose buffers lie in `body`. @throws {IpcError} */
  constructor(reader: FlatbufferReader, batch: FlatTable, body: Uint8Array, codecs: readonly BodyCodec[]) {
    this.#view = reader.view;
    this.#body = body;
    this.#bytesLeft = body.byteLength;
    this.numRows = rows(batch.count(0));
    this.#nodes = batch.vector(1, 16);
    this.#buffers = batch.vector(2, 16);
    this.#codec = codecOf(batch.table(3), codecs);
    this.#variadic = batch.vector(4, 8);
  }

  /** The next field node. @throws {IpcError} */
  node(): { readonly length: number; readonly nullCount: number } {
    if (this.#node === this.#nodes.count) throw invalidIpc("Cannot read batch: it has fewer columns than its schema");
    const at = this.#nodes.position + 16 * this.#node++;
    const length = rows(countAt(this.#view, at));
    const nullCount = countAt(this.#view, at + 8);
    if (nullCount > length) {
      throw invalidIpc(`Cannot read batch: a column of ${length} rows claims ${nullCount} nulls`);
    }
    return { length, nullCount };
  }

  /** The next buffer as it lies in the body, or decompressed. Returns a view or a copy. @throws {IpcError} */
  bytes(): Uint8Array {
    const stored = this.#next();
    return this.#codec === undefined || stored.byteLength === 0 ? stored : this.#decompress(this.#codec, stored);
  }

  /** Passes over the next buffer. @throws {IpcError} */
  skip(): void {
    this.#next();
  }

  #next(): Uint8Array {
    if (this.#buffer === this.#buffers.count) {
      throw invalidIpc("Cannot read batch: it has fewer buffers than its schema needs");
    }
    const at = this.#buffers.position + 16 * this.#buffer++;
    const offset = countAt(this.#view, at);
    const length = countAt(this.#view, at + 8);
    if (length === 0) return EMPTY_BYTES;
    if (offset + length > this.#body.byteLength) {
      throw new IpcError(
        "codec.ipc_truncated",
        `Cannot read batch: a buffer of ${length} bytes at ${offset} is outside its body of ` +
          `${this.#body.byteLength} bytes`,
      );
    }
    this.#bytesLeft -= length;
    if (this.#bytesLeft < 0) throw invalidIpc("Cannot read batch: its buffers overlap");
    return this.#body.subarray(offset, offset + length);
  }

  /** The next buffer, of exactly `count` elements; copied when it is not aligned to them. @throws {IpcError} */
  array(array: ValueArrayConstructor, count: number): ValueArray {
    const bytes = this.bytes();
    const width = array.BYTES_PER_ELEMENT;
    if (bytes.byteLength < count * width) throw tooShort(bytes.byteLength, count * width);
    if (count === 0) return new array(0);
    if (bytes.byteOffset % width === 0) return new array(bytes.buffer, bytes.byteOffset, count);
    return new array(bytes.slice(0, count * width).buffer, 0, count);
  }

  /** How many variadic buffers the next view column has. @throws {IpcError} */
  variadicCount(): number {
    if (this.#variadicAt === this.#variadic.count) {
      throw invalidIpc("Cannot read batch: a view column lacks its count of buffers");
    }
    const count = countAt(this.#view, this.#variadic.position + 8 * this.#variadicAt++);
    if (count > this.#buffers.count) throw invalidIpc(`Cannot read batch: a view column claims ${count} buffers`);
    return count;
  }

  /** Checks that nothing is left over. @throws {IpcError} */
  finish(): void {
    if (this.#node !== this.#nodes.count || this.#buffer !== this.#buffers.count) {
      throw invalidIpc("Cannot read batch: it has more columns or buffers than its schema");
    }
    if (this.#variadicAt !== this.#variadic.count) {
      throw invalidIpc("Cannot read batch: it counts buffers of more view columns than its schema has");
    }
  }

  /** A compressed buffer: its uncompressed length as int64, then the bytes; -1 says they are stored as they are. */
  #decompress(codec: BodyCodec, stored: Uint8Array): Uint8Array {
    if (stored.byteLength < 8) throw tooShort(stored.byteLength, 8);
    const view = new DataView(stored.buffer, stored.byteOffset, 8);
    const input = stored.subarray(8);
    if (view.getBigInt64(0, true) === -1n) return input;
    const size = countAt(view, 0);
    if (size === 0) return EMPTY_BYTES;
    const backed = input.byteLength * MAX_RATIO[codec.name] + RATIO_SLACK;
    this.#decompressedLeft -= size;
    if (size > backed || this.#decompressedLeft < 0) {
      throw new IpcError(
        "codec.ipc_limit",
        `Cannot read batch: ${input.byteLength} bytes of ${codec.name} claim to hold ${size}`,
        { bytes: input.byteLength, claimed: size },
      );
    }
    const output = codec.decompress(input, size);
    if (output.byteLength !== size) throw tooShort(output.byteLength, size);
    return output;
  }
}

function codecOf(compression: FlatTable | undefined, codecs: readonly BodyCodec[]): BodyCodec | undefined {
  if (compression === undefined) return undefined;
  const name = CODEC_NAMES[compression.uint8(0)];
  const codec = codecs.find((each) => each.name === name);
  if (name === undefined || codec === undefined || compression.uint8(1) !== 0) {
    throw new IpcError(
      "codec.ipc_unsupported",
      `Cannot read batch: it is compressed with ${name ?? `codec ${compression.uint8(0)}`}, which is not at hand`,
    );
  }
  return codec;
}

function rows(count: number): number {
  if (count > MAX_ROWS) {
    throw new IpcError("codec.ipc_limit", `Cannot read batch: ${count} rows, expected at most ${MAX_ROWS}`);
  }
  return count;
}

/** A buffer with too few bytes. */
function tooShort(found: number, expected: number): IpcError {
  return new IpcError(
    "codec.ipc_truncated",
    `Cannot read batch: a buffer of ${found} bytes, expected at least ${expected}`,
    { bytes: found, expected },
  );
}
