/**
 * How the bytes of an image are encoded.
 *
 * @module
 */
import { oneOf, type ValueType } from "../core/mod.ts";

/** Encodings of the bytes of an image; `jpg` is read as `jpeg`, write the latter. */
export type ImageFormat = "raw" | "png" | "jpeg" | "jpg" | "tiff" | "h264" | "hevc";

/** Column value of an {@linkcode ImageFormat}. */
export const imageFormat: ValueType<ImageFormat> = oneOf("raw", "png", "jpeg", "jpg", "tiff", "h264", "hevc");
