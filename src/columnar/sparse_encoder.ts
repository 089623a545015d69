/**
 * `compression: "sparse"`: columns in which no row has a value take next to nothing, and everything else is sent as it is.
 *
 * @module
 */
import { isZeros } from "./building/zeros.ts";
import { encodeBatch } from "./ipc/batch_encoder.ts";
import type { Batch, BodyCodec, Column, IpcMessage } from "./types.ts";

/** Fewer zeros than that gain nothing: every buffer of a compressed body says its length. */
const MIN_BYTES = 512;

/** Leaves columns without a value to a codec. A batch that has none, or is small, is not compressed at all. */
export class SparseEncoder {
  readonly #codec: BodyCodec | undefined;

  /** `codec` compresses the zeros; without one everything is sent as it is. */
  constructor(codec: BodyCodec | undefined) {
    this.#codec = codec && {
      name: codec.name,
      compress: (bytes) => isZeros(bytes) ? codec.compress(bytes) : undefined,
      decompress: (bytes, size) => codec.decompress(bytes, size),
    };
  }

  /** The message of `batch`, which it is made of views of: see `encodeBatch`. */
  encode(batch: Batch): IpcMessage {
    return encodeBatch(batch, batch.columns.some(isSparse) ? this.#codec : undefined);
  }
}

/** Whether the column, or one in it, has many rows and no value. */
function isSparse({ values, children }: Column): boolean {
  return (values !== undefined && values.byteLength >= MIN_BYTES && isZeros(values)) || children.some(isSparse);
}
