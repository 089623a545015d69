/**
 * Pictures as rows of samples.
 *
 * @module
 */
import { binary, bool, defineOntology, int32, type OntologyType, optional, required, utf8 } from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";
import { type ImageFormat, imageFormat } from "./image_format.ts";

/**
 * A picture as `height` rows of `stride` bytes, stored as they are (`raw`) or packed without loss (`png`). The PNG holds
 * bytes, not pixels: it is 8-bit gray, `stride` wide, whatever the encoding. An ordinary picture file is a
 * `CompressedImage`.
 */
export interface Image extends WithHeader {
  /** The rows, as `format` says. */
  data: Uint8Array;
  /** `raw` or `png`. */
  format: ImageFormat;
  /** Columns, pixels. */
  width: number;
  /** Rows, pixels. */
  height: number;
  /** Bytes from one row to the next. */
  stride: number;
  /** What a pixel is, such as `rgb8`, `mono16`, `32FC1`. */
  encoding: string;
  /** Whether samples of several bytes have the highest first; absent = not. */
  isBigendian?: boolean | undefined;
}
/** Column table of {@linkcode Image}. */
export const Image: OntologyType<Image> = defineOntology<Image>("Image", {
  ...headerColumn,
  data: required("data", binary),
  format: required("format", imageFormat),
  width: required("width", int32),
  height: required("height", int32),
  stride: required("stride", int32),
  encoding: required("encoding", utf8),
  isBigendian: optional("is_bigendian", bool),
}, { serializationFormat: "image" });
