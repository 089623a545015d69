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

/** Room behind what is read: bodies end at a multiple of 8, their last buffers need not. */
const PADDING = 8;

/** Reads the buffers of some columns, and no others. */
export class ColumnReader {
  readonly #source: ByteSource;
  readonly #projection: BatchProjection;
  readonly #decoder: BatchDecoder;
  #expected: { readonly shape: string; readonly leadLength: number } | undefined;
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
    const lead = await this.#readLead(chunk);
    const { header, ranges, bodyLength } = this.#projection.project(lead.subarray(0, chunk.headerLength));
    const bodyAt = bodyStart(chunk) - PREFIX_BYTES;
    const runs = [...neighbours(ranges)];
    const leadLength = this.#expect(chunk, runs[0]);
    const hasCome = leadLength <= lead.byteLength - PADDING;
    if (hasCome && runs.length === 1 && isWhole(runs[0]!)) {
      const at = bodyAt + runs[0]![0]!.from;
      return this.#decoder.decode(header, lead.subarray(at, at + bodyLength))!;
    }
    const body = new Uint8Array(bodyLength);
    for (const run of runs) {
      const start = run[0]!.from, end = run.at(-1)!.from + run.at(-1)!.length;
      let bytes: Uint8Array;
      if (hasCome && run === runs[0]) bytes = lead.subarray(bodyAt + start, bodyAt + end);
      else {
        bytes = isWhole(run) ? body.subarray(run[0]!.to, run[0]!.to + end - start) : new Uint8Array(end - start);
        const bytesRead = this.#read(bytes, chunk.offset + PREFIX_BYTES + bodyAt + start);
        if (bytesRead !== undefined) await bytesRead;
        if (isWhole(run)) continue;
      }
      for (const { from, to, length } of run) body.set(bytes.subarray(from - start, from - start + length), to);
    }
    return this.#decoder.decode(header, body)!; // stored batches were decoded before: none is a dictionary
  }

  /**
   * The header of a chunk, and what stands behind it as far as it is expected to be needed. One read for both spares a call;
   * and systems that see a header and its body read one after the other think that all of the file is going to be.
   */
  async #readLead(chunk: Chunk): Promise<Uint8Array> {
    const length = this.#expected?.shape === shapeOf(chunk) ? this.#expected.leadLength : chunk.headerLength;
    const lead = new Uint8Array(length + PADDING);
    const leadRead = this.#read(lead.subarray(0, length), chunk.offset + PREFIX_BYTES);
    if (leadRead !== undefined) await leadRead;
    return lead;
  }

  /** Notes what `chunk` is like: others of its shape are as a rule. Answers the bytes from its header to the end of `run`. */
  #expect(chunk: Chunk, run: readonly BodyRange[] | undefined): number {
    const bodyAt = bodyStart(chunk) - PREFIX_BYTES;
    const isNear = run !== undefined && run[0]!.from <= GAP_BYTES;
    const leadLength = isNear ? bodyAt + run.at(-1)!.from + run.at(-1)!.length : chunk.headerLength;
    this.#expected = { shape: shapeOf(chunk), leadLength };
    return isNear ? leadLength : Infinity;
  }

  #read(target: Uint8Array, position: number): Promise<void> | undefined {
    this.bytesRead += target.byteLength;
    return this.#source.read(target, position);
  }
}

/** Whether ranges lie in the body as they do in the file. */
function isWhole(run: readonly BodyRange[]): boolean {
  const first = run[0]!;
  return run.every(({ from, to }) => from - first.from === to - first.to);
}

function shapeOf({ headerLength, bodyLength, rowCount }: Chunk): string {
  return `${headerLength} ${bodyLength} ${rowCount}`;
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
