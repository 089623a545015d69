/**
 * Topics whose raw pictures are encoded as JPEG in their lane.
 *
 * @module
 */
import { EMPTY_BYTES } from "../../base/mod.ts";
import type { JpegEncodeOptions, JpegSubsampling } from "../../codecs/mod.ts";
import { type Batch, BatchBuilder, type Column, rowReader } from "../../columnar/mod.ts";
import { Image, type OntologyType } from "../../ontology/mod.ts";
import { checkRawImage } from "../lanes/mod.ts";
import type { ParticularRows } from "./topic_writer.ts";

/** How the pictures of a topic are encoded. */
export interface ImageEncoding extends JpegEncodeOptions {
  /** Rows are raw pictures (`Image`); the topic holds JPEGs (`CompressedImage`), encoded in the lane. */
  readonly encode: "jpeg";
  /**
   * Whether `push` *takes* the pixels instead of copying them: the buffer of `data` moves to the lane, and must not be
   * touched again (as a rule it is empty afterwards). An array that is only a part of its buffer is copied all the same.
   *
   * @default false
   */
  readonly takePixels?: boolean;
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

/** The rows of such a topic. */
export function imageRows({ takePixels = false }: ImageEncoding): ParticularRows {
  const rows = rowReader(Image.schema);
  const builder = new BatchBuilder(Image.schema);
  return {
    check: (image) => checkRawImage(image as Image),
    checkBatch(batch) {
      for (let row = 0; row < batch.numRows; row++) checkRawImage(rows.row(batch, row) as unknown as Image);
    },
    take(timestampNs, row) {
      if (row === null || row === undefined) return undefined; // refused by the builder
      const image = row as Image;
      const { data } = image;
      if (takePixels && data.byteLength === data.buffer.byteLength) return batchOf(builder, timestampNs, image, data);
      // A large picture goes alone: copied once, into memory of just its size.
      return data.byteLength < LARGE_BYTES ? undefined : batchOf(builder, timestampNs, image, data.slice());
    },
  };
}

/** A batch of one picture, whose pixels are *taken*. */
function batchOf(builder: BatchBuilder, timestampNs: bigint, image: Image, pixels: Uint8Array): Batch {
  builder.append(timestampNs, { ...image, data: EMPTY_BYTES });
  const { schema, numRows, columns } = builder.finish();
  const withPixels = (column: Column): Column =>
    column.field.name === "data" ? { ...column, values: pixels, offsets: Int32Array.of(0, pixels.byteLength) } : column;
  return { schema, numRows, columns: columns.map(withPixels) };
}
