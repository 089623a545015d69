/**
 * Compression of batches, pictures and point clouds: in WASM everywhere, natively where a library and the permission
 * are there.
 *
 * @module
 */
export { type ErrorFacts, MosaicoError } from "../base/mod.ts";
export { CodecError } from "./errors.ts";
export { jpegCodec, type JpegOptions } from "./jpeg.ts";
export { jpegModule } from "./jpeg_wasm.ts";
export { lz4Codec, type Lz4Options } from "./lz4.ts";
export type { Lz4BlockSize } from "./lz4_frame.ts";
export { lz4Module } from "./lz4_kernel.ts";
export type {
  BodyCodec,
  ImagePixels,
  JpegCodec,
  JpegDecodeOptions,
  JpegEncodeOptions,
  JpegSubsampling,
} from "./types.ts";
export { zstdCodec } from "./zstd.ts";
