/**
 * Typed messages: what each sensor reports, as interfaces with units, and how they lie in columns.
 *
 * @module
 */
export type { JsonObject, JsonValue } from "../base/mod.ts";
export type {
  ImagePixels,
  JpegCodec,
  JpegDecodeOptions,
  JpegEncodeOptions,
  JpegSource,
  JpegSubsampling,
  LidarCodec,
  LidarColumnName,
  LidarColumns,
  LidarEncodeOptions,
  LidarProfile,
  LidarSummary,
} from "../codecs/mod.ts";
export type { Batch, Column, DataType, Field, Schema, TimeUnit, ValueArray } from "../columnar/mod.ts";
export * from "./core/mod.ts";
export * from "./data/mod.ts";
export * from "./futures/mod.ts";
export * from "./ros/mod.ts";
export * from "./sensors/mod.ts";
export { STANDARD_TYPES, standardRegistry } from "./standard.ts";
