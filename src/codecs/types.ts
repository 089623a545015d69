/**
 * What a codec is to the other rooms.
 *
 * @module
 */

/** Compresses the buffers of an Arrow IPC body. Synchronous; one object belongs to one thread. */
export interface BodyCodec {
  /** Arrow's name. */
  readonly name: "lz4" | "zstd";
  /** Compressed copy of `input`, or `undefined` when it would not be smaller. Borrows `input`. */
  compress(input: Uint8Array): Uint8Array | undefined;
  /**
   * The `size` bytes that `input` holds, as a copy in a buffer of its own. Borrows `input`. Allocates `size` bytes and
   * a constant, whatever `input` says.
   *
   * @throws {CodecError} `codec.lz4_…`, `codec.zstd_…` when `input` is damaged or holds another number of bytes.
   */
  decompress(input: Uint8Array, size: number): Uint8Array;
}
