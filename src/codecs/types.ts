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

/** A picture in memory. */
export interface ImagePixels {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bytes of a pixel: 1 gray, 3 red green blue, 4 red green blue alpha. */
  readonly channels: 1 | 3 | 4;
  /** `height` rows of `width` pixels, without padding. */
  readonly data: Uint8Array;
}

/** A picture as it lies in memory: rows may be padded, and blue may come before red. */
export interface JpegSource extends ImagePixels {
  /** `height` rows of `stride` bytes. */
  readonly data: Uint8Array;
  /** Bytes from one row to the next. @default as many as its pixels need */
  readonly stride?: number;
  /** Order of the colours of a pixel. @default "rgb" */
  readonly order?: "rgb" | "bgr";
}

/** How much colour a JPEG keeps: all of it, half across, half each way, none. */
export type JpegSubsampling = "4:4:4" | "4:2:2" | "4:2:0" | "gray";

/** Encodes and decodes JPEG. Synchronous; one object belongs to one thread. */
export interface JpegCodec {
  /**
   * A baseline JPEG of `pixels`, as a copy; alpha is dropped, gray stays gray. Borrows `pixels`.
   *
   * @throws {TypeError} when data and size of the picture do not fit
   * @throws {RangeError} when an option is out of range
   * @throws {CodecError} `codec.jpeg_too_large` above the codec's maximum of pixels or 65,500 rows or columns
   */
  encode(pixels: JpegSource, options?: JpegEncodeOptions): Uint8Array;
  /**
   * The picture in `input`, as a copy: gray or colour as it was stored, unless `channels` asks for more. Borrows `input`.
   *
   * @throws {CodecError} `codec.jpeg_header` when it is no JPEG, `codec.jpeg_unsupported` when it is neither gray nor
   * YCbCr or RGB of eight bits, sequential or progressive, `codec.jpeg_too_large` when it has too many pixels,
   * `codec.jpeg_data` when it is damaged or ends early
   */
  decode(input: Uint8Array, options?: JpegDecodeOptions): ImagePixels;
}

/** Options of {@linkcode JpegCodec.encode}. */
export interface JpegEncodeOptions {
  /** 1 (small) to 100 (faithful). @default 85 */
  readonly quality?: number;
  /** Colour that is kept. @default "4:2:0" */
  readonly subsampling?: JpegSubsampling;
}

/** Options of {@linkcode JpegCodec.decode}. */
export interface JpegDecodeOptions {
  /** Bytes of a pixel in the result. @default 1 for a gray picture, 3 otherwise */
  readonly channels?: 3 | 4;
}
