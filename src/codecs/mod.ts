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
export {
  type LidarCodec,
  lidarCodec,
  type LidarCodecOptions,
  type LidarEncodeOptions,
  type LidarProfile,
  type LidarSummary,
} from "./lidar.ts";
export type { LidarColumnName, LidarColumns } from "./lidar_columns.ts";
export { lidarModule } from "./lidar_kernel.ts";
export { roundToStep } from "./lidar_rounding.ts";
export { lz4Codec, type Lz4Options } from "./lz4.ts";
export type { Lz4BlockSize } from "./lz4_frame.ts";
export type { Lz4FrameOptions } from "./lz4_encoder.ts";
export type { JpegEngine } from "./jpeg_engine.ts";
export { lz4Module } from "./lz4_kernel.ts";
export type { NativeJpeg } from "./jpeg_native.ts";
export type { NativeLz4 } from "./lz4_native.ts";
export { type CodecStatus, codecStatus, loadNativeCodecs, type NativeCodecs, type NativeOptions } from "./native.ts";
export {
  type PointColumn,
  type PointFieldLayout,
  type PointRecords,
  type PointValues,
  readPoints,
  writePoints,
  type WritePointsOptions,
} from "./point_cloud.ts";
export type {
  BodyCodec,
  ImagePixels,
  JpegCodec,
  JpegDecodeOptions,
  JpegEncodeOptions,
  JpegSource,
  JpegSubsampling,
} from "./types.ts";
export { zstdCodec } from "./zstd.ts";
