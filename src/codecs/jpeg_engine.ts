/**
 * What an implementation of JPEG does, after arguments and header were checked.
 *
 * @module
 */
import type { JpegSource, JpegSubsampling } from "./types.ts";

/** An implementation. */
export interface JpegEngine {
  /** As {@linkcode JpegCodec.encode}; the order of gray is `rgb`. */
  encode(pixels: Required<JpegSource>, quality: number, subsampling: JpegSubsampling): Uint8Array<ArrayBuffer>;
  /** Pixels of one or three channels, as the header said. */
  decode(input: Uint8Array, width: number, height: number, channels: 1 | 3): Uint8Array<ArrayBuffer>;
}

/** TurboJPEG's number of a subsampling, and the most bytes such a JPEG can have. */
interface Subsampling {
  readonly id: number;
  maxBytes(width: number, height: number): number;
}

/** What the library says a JPEG needs at most: two bytes a sample of whole blocks, and headers. */
function bound(blockWidth: number, blockHeight: number, samplesPerPixel: number): Subsampling["maxBytes"] {
  return (width, height) =>
    Math.ceil(width / blockWidth) * blockWidth * Math.ceil(height / blockHeight) * blockHeight * samplesPerPixel * 2 +
    2048;
}

/** Subsamplings as TurboJPEG knows them. */
export const SUBSAMPLING: Readonly<Record<JpegSubsampling, Subsampling>> = {
  "4:4:4": { id: 0, maxBytes: bound(8, 8, 3) },
  "4:2:2": { id: 1, maxBytes: bound(16, 8, 2) },
  "4:2:0": { id: 2, maxBytes: bound(16, 16, 1.5) },
  gray: { id: 3, maxBytes: bound(8, 8, 1) },
};
