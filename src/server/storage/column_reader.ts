/**
 * Some columns of chunks, read without the others.
 *
 * @module
 */
import {
  type Batch,
  BatchDecoder,
  BatchProjection,
  type BodyCodec,
  type BodyRange,
  type Schema,
} from "../../columnar/mod.ts";
import type { Chunk } from "../catalogue/mod.ts";
import type { ByteSource } from "./byte_source.ts";
import { bodyStart, PREFIX_BYTES } from "./topic_file.ts";

/** Buffers with less than this between them are read at once. */
const GAP_BYTES = 1 << 14;

/** Reads the buffers of some columns, and no others. */
export class ColumnReader {
  readonly #source: ByteSource;
  readonly #projection: BatchProjection;
  readonly #decoder: BatchDecoder;
  /** Bytes read so far. */
  bytesRead = 0;

  /** Reads the columns at `paths` of `schema`, as `BatchProjection` understands them. */
  constructor(
    source: ByteSource,
    schema: Schema,
    paths: readonly (readonly number[])[],
    codecs: readonly BodyCodec[],
  ) {
    this.#source = source;
    this.#projection = new BatchProjection(schema, paths);
    this.#decoder = new BatchDecoder(this.#projection.schema, codecs);
  }

  /** Schema of the columns that are read. */
  get schema(): Schema {
    return this.#projection.schema;
  }

  /** The columns of a chunk. @throws as {@linkcode ByteSource.read}. @throws {IpcError} when the file is damaged */
  async read(chunk: Chunk): Promise<Batch> {
    const stored = new Uint8Array(chunk.headerLength);
    const headerRead = this.#read(stored, chunk.offset + PREFIX_BYTES);
    if (headerRead !== undefined) await headerRead;
    const { header, ranges, bodyLength } = this.#projection.project(stored);
    const body = new Uint8Array(bodyLength);
    const start = chunk.offset + bodyStart(chunk);
    for (const near of neighbours(ranges)) {
      const first = near[0]!, last = near.at(-1)!;
      const length = last.from + last.length - first.from;
      // Where nothing lies between them, they lie in the body as they do in the file.
      const isWhole = near.every(({ from, to }) => from - first.from === to - first.to);
      const target = isWhole ? body.subarray(first.to, first.to + length) : new Uint8Array(length);
      const bodyRead = this.#read(target, start + first.from);
      if (bodyRead !== undefined) await bodyRead;
      if (isWhole) continue;
      for (const { from, to, length } of near) {
        body.set(target.subarray(from - first.from, from - first.from + length), to);
      }
    }
    return this.#decoder.decode(header, body)!; // stored batches were decoded before: none is a dictionary
  }

  #read(target: Uint8Array, position: number): Promise<void> | undefined {
    this.bytesRead += target.byteLength;
    return this.#source.read(target, position);
  }
}

/** Ranges in runs that are worth reading at once. */
function* neighbours(ranges: readonly BodyRange[]): Generator<BodyRange[]> {
  let run: BodyRange[] = [];
  for (const range of ranges) {
    const last = run.at(-1);
    const gap = last === undefined ? 0 : range.from - (last.from + last.length);
    if (last !== undefined && (gap < 0 || gap > GAP_BYTES)) {
      yield run;
      run = [];
    }
    run.push(range);
  }
  if (run.length > 0) yield run;
}
