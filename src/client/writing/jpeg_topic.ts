/**
 * Topics whose raw pictures are encoded as JPEG in their lane.
 *
 * @module
 */
import { EMPTY_BYTES } from "../../base/mod.ts";
import type { JpegEncodeOptions, JpegSubsampling } from "../../codecs/mod.ts";
import { type Batch, BatchBuilder, type Column, rowReader } from "../../columnar/mod.ts";
import { Image, type OntologyType } from "../../ontology/mod.ts";
import { checkRawImage, type LaneUpload } from "../lanes/mod.ts";
import type { ParticularRows } from "./types.ts";

/** How the pictures of a topic are encoded. */
export interface ImageEncoding extends JpegEncodeOptions {
  /** Rows are raw pictures (`Image`); the topic holds JPEGs (`CompressedImage`), encoded in the lane. */
  readonly encode: "jpeg";
  /**
   * Whether `push` *takes* the pixels instead of copying them: the buffer of `data` moves to the lane, and must not be
   * touched again (as a rule it is empty afterwards). A `SharedArrayBuffer` is read in place; memory that does not move is no
   * work for the garbage collector. An array that is only a part of its buffer is copied all the same.
   *
   * @default false
   */
  readonly takePixels?: boolean;
  /**
   * Gets memory back for each buffer that `takePixels` took, of the same size, once a picture is encoded: for a camera to fill
   * again, since fresh memory for each picture costs more than a copy. Not called for an upload that failed.
   *
   * @default it is dropped
   */
  readonly onPixelsFree?: (pixels: Uint8Array) => void;
}

/** Pictures of so many bytes do not wait for others to share a batch. */
const LARGE_BYTES = 1 << 20;
const SUBSAMPLINGS: readonly JpegSubsampling[] = ["4:4:4", "4:2:2", "4:2:0", "gray"];

/** Refuses an encoding that cannot be. @throws {TypeError | RangeError} */
export function checkImageEncoding(type: OntologyType<unknown>, options: ImageEncoding): void {
  const { encode, quality = 85, subsampling = "4:2:0" } = options;
  if (encode !== "jpeg") throw new TypeError(`Cannot create topic: encode is ${encode}, expected "jpeg"`);
  if (type.tag !== Image.tag || type.fingerprint !== Image.fingerprint) {
    throw new TypeError(`Cannot create topic: rows of the type ${type.tag} cannot be encoded as JPEG, expected Image`);
  }
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new RangeError(`Cannot create topic: quality is ${quality}, expected 1 to 100`);
  }
  if (!SUBSAMPLINGS.includes(subsampling)) {
    throw new RangeError(
      `Cannot create topic: subsampling is ${subsampling}, expected one of ${SUBSAMPLINGS.join(", ")}`,
    );
  }
}

/** The rows of such a topic; `upload` is where their batches go. */
export function imageRows({ takePixels = false, onPixelsFree }: ImageEncoding, upload: LaneUpload): ParticularRows {
  const rows = rowReader(Image.schema);
  const builder = new BatchBuilder(Image.schema);
  const memory = new PixelMemory(upload);
  return {
    check: (image) => checkRawImage(image as Image),
    checkBatch(batch) {
      for (let row = 0; row < batch.numRows; row++) checkRawImage(rows.row(batch, row) as unknown as Image);
    },
    take(timestampNs, row) {
      if (row === null || row === undefined) return undefined; // refused by the builder
      const { data } = row as Image;
      const isTaken = takePixels && data.byteLength === data.buffer.byteLength;
      if (!isTaken && data.byteLength < LARGE_BYTES) return undefined;
      builder.append(timestampNs, { ...row, data: EMPTY_BYTES }); // refuses before anything has moved
      const pixels = isTaken ? memory.lend(data, onPixelsFree) : memory.copy(data);
      return withPixels(builder.finish(), pixels);
    },
  };
}

/** Pixels that are with the lane, and memory that has come back from it. */
class PixelMemory {
  /** In the order of their batches, and so of their return. */
  readonly #lent: {
    readonly byteLength: number;
    readonly isShared: boolean;
    readonly back: ImageEncoding["onPixelsFree"];
  }[] = [];
  /** For the next copies: as many as were with the lane at once, all of the size of the last. */
  #free: Uint8Array[] = [];
  #freeSize = 0;

  constructor(upload: LaneUpload) {
    upload.onPixelsFree = (pixels) => this.#receive(pixels);
  }

  /** Notes to whom `pixels` go once the lane has encoded them. */
  lend(pixels: Uint8Array, back: ImageEncoding["onPixelsFree"]): Uint8Array {
    const { buffer, byteLength } = pixels;
    this.#lent.push({ byteLength, isShared: isShared(buffer), back });
    return pixels;
  }

  /** A copy of `pixels`, lent; its memory is for a later copy. */
  copy(pixels: Uint8Array): Uint8Array {
    const { byteLength } = pixels;
    if (this.#freeSize !== byteLength) this.#free = [];
    this.#freeSize = byteLength;
    const copy = this.#free.pop() ?? new Uint8Array(new SharedArrayBuffer(byteLength));
    copy.set(pixels);
    return this.lend(copy, (free) => free.byteLength === this.#freeSize && this.#free.push(free));
  }

  /** Memory of other batches comes back too: it is of no account, or as good where it is of that kind and size. */
  #receive(pixels: ArrayBufferLike): void {
    const next = this.#lent[0];
    if (next?.byteLength !== pixels.byteLength || next.isShared !== isShared(pixels)) return;
    this.#lent.shift();
    next.back?.(new Uint8Array(pixels));
  }
}

function isShared(buffer: ArrayBufferLike): boolean {
  return buffer instanceof SharedArrayBuffer;
}

/** A batch of one picture, with its pixels, which are *taken*. */
function withPixels({ schema, numRows, columns }: Batch, pixels: Uint8Array): Batch {
  const toColumn = (column: Column): Column =>
    column.field.name === "data" ? { ...column, values: pixels, offsets: Int32Array.of(0, pixels.byteLength) } : column;
  return { schema, numRows, columns: columns.map(toColumn) };
}
