/**
 * `compression: "sparse"`: columns in which no row has a value take next to nothing, and everything else is sent as it is.
 *
 * @module
 */
import { type Batch, type BodyCodec, type Column, encodeBatch, type IpcMessage, isZeros } from "../../columnar/mod.ts";
import type { BodyEncoder } from "./auto_compression.ts";

/** Fewer zeros than that gain nothing: every buffer of a compressed body says its length. */
const MIN_BYTES = 512;

/** Leaves columns without a value to a codec. A batch that has none, or is small, is not compressed at all. */
export class SparseEncoder implements BodyEncoder {
  readonly #codec: BodyCodec;

  /** `codec` compresses the zeros. */
  constructor(codec: BodyCodec) {
    this.#codec = {
      name: codec.name,
      compress: (bytes) => isZeros(bytes) ? codec.compress(bytes) : undefined,
      decompress: (bytes, size) => codec.decompress(bytes, size),
    };
  }

  /** See {@linkcode BodyEncoder.encode}. */
  encode(batch: Batch): IpcMessage {
    return encodeBatch(batch, batch.columns.some(isSparse) ? this.#codec : undefined);
  }
}

/** Whether the column, or one in it, has many rows and no value. */
function isSparse({ values, children }: Column): boolean {
  return (values !== undefined && values.byteLength >= MIN_BYTES && isZeros(values)) || children.some(isSparse);
}
