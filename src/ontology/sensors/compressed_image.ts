/**
 * Encoded pictures and video.
 *
 * @module
 */
import { binary, defineOntology, type OntologyType, required } from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";
import { type ImageFormat, imageFormat } from "./image_format.ts";

/** A complete encoded picture, or one access unit of a video. */
export interface CompressedImage extends WithHeader {
  /** Bytes of the picture file, or of the access unit (Annex B, with start codes). */
  data: Uint8Array;
  /** Its encoding. */
  format: ImageFormat;
}
/** Column table of {@linkcode CompressedImage}. */
export const CompressedImage: OntologyType<CompressedImage> = defineOntology<CompressedImage>("CompressedImage", {
  ...headerColumn,
  data: required("data", binary),
  format: required("format", imageFormat),
}, { serializationFormat: "image" });
