/**
 * JPEG, both ways.
 *
 * @module
 */
import { type JpegEngine, SUBSAMPLING } from "./jpeg_engine.ts";
import { MAX_JPEG_SIDE, readJpegHeader, tooLarge } from "./jpeg_header.ts";
import { loadJpegWasm } from "./jpeg_wasm.ts";
import type { NativeCodecs } from "./native.ts";
import type { ImagePixels, JpegCodec, JpegDecodeOptions, JpegEncodeOptions, JpegSource } from "./types.ts";

/** Options of {@linkcode jpegCodec}. */
export interface JpegOptions {
  /** The compiled library, from {@linkcode jpegModule} of another thread. @default compiled here */
  readonly module?: WebAssembly.Module;
  /** Native libraries to use instead of WASM, from {@linkcode loadNativeCodecs}. @default none */
  readonly native?: NativeCodecs;
  /** Pictures with more pixels are refused, before memory is taken for them. @default 67_108_864 */
  readonly maxPixels?: number;
}

/** Pixels above which memory could not be addressed. */
const MAX_PIXELS = 2 ** 28;
/** libjpeg-turbo counts the bytes of a row in a C `int`. */
const MAX_STRIDE = 2 ** 31 - 1;

/**
 * Loads a JPEG codec: libjpeg-turbo in WASM, which needs no permission, or native.
 *
 * @throws {RangeError} when `maxPixels` is out of range
 *
 * @example
 * ```ts
 * import { jpegCodec } from "@mosaico/client/codecs";
 *
 * const jpeg = await jpegCodec();
 * const gray = { width: 640, height: 480, channels: 1, data: new Uint8Array(640 * 480).fill(128) } as const;
 * const picture = jpeg.decode(jpeg.encode(gray, { quality: 90 }));
 * console.log(picture.width, picture.channels, picture.data[0]); // 640 1 128
 * ```
 */
export async function jpegCodec(options: JpegOptions = {}): Promise<JpegCodec> {
  const { maxPixels = 67_108_864 } = options;
  if (!(maxPixels >= 1 && maxPixels <= MAX_PIXELS)) {
    throw new RangeError(`Cannot make a JPEG codec: maxPixels is ${maxPixels}, expected 1 to ${MAX_PIXELS}`);
  }
  const native = options.native?.jpeg;
  const engine = typeof native === "object" ? native : await loadJpegWasm(options.module);
  return new CheckedJpeg(engine, maxPixels);
}

/** Checks what an engine is given, and brings its pixels into the form asked for. */
class CheckedJpeg implements JpegCodec {
  readonly #engine: JpegEngine;
  readonly #maxPixels: number;

  constructor(engine: JpegEngine, maxPixels: number) {
    this.#engine = engine;
    this.#maxPixels = maxPixels;
  }

  encode(pixels: JpegSource, { quality = 85, subsampling = "4:2:0" }: JpegEncodeOptions = {}): Uint8Array {
    const { width, height, channels, data, stride = width * channels, order = "rgb" } = pixels;
    const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
    if (!whole || ![1, 3, 4].includes(channels) || data.byteLength !== height * stride) {
      const rows = pixels.stride === undefined ? "" : ` in rows of ${stride} bytes`;
      throw new TypeError(
        `Cannot encode JPEG: ${data.byteLength} bytes are not ${width} × ${height} pixels of ${channels} channels${rows}`,
      );
    }
    if (!Number.isInteger(stride) || stride < width * channels || stride > MAX_STRIDE) {
      throw new RangeError(
        `Cannot encode JPEG: stride is ${stride}, expected ${width * channels}, or more for padded rows`,
      );
    }
    if (order !== "rgb" && order !== "bgr") {
      throw new RangeError(`Cannot encode JPEG: order is ${order}, expected rgb or bgr`);
    }
    if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
      throw new RangeError(`Cannot encode JPEG: quality is ${quality}, expected 1 to 100`);
    }
    if (!Object.hasOwn(SUBSAMPLING, subsampling)) {
      const names = Object.keys(SUBSAMPLING).join(", ");
      throw new RangeError(`Cannot encode JPEG: subsampling is ${subsampling}, expected one of ${names}`);
    }
    if (width > MAX_JPEG_SIDE || height > MAX_JPEG_SIDE || width * height > this.#maxPixels) {
      throw tooLarge("encode", width, height, this.#maxPixels);
    }
    const isGray = channels === 1;
    const source = { width, height, channels, data, stride, order: isGray ? "rgb" : order } as const;
    return this.#engine.encode(source, quality, isGray ? "gray" : subsampling);
  }

  decode(input: Uint8Array, options: JpegDecodeOptions = {}): ImagePixels {
    const { width, height, channels } = readJpegHeader(input, this.#maxPixels);
    const data = this.#engine.decode(input, width, height, channels);
    if (options.channels === undefined || options.channels === channels) return { width, height, channels, data };
    return { width, height, channels: options.channels, data: expand(data, channels, options.channels) };
  }
}

/** Pixels with more channels: gray in each colour, alpha opaque. */
function expand(data: Uint8Array, from: 1 | 3, to: 3 | 4): Uint8Array {
  const out = new Uint8Array(data.byteLength / from * to).fill(255);
  const [green, blue] = from === 1 ? [0, 0] : [1, 2];
  for (let at = 0, o = 0; at < data.length; at += from, o += to) {
    out[o] = data[at]!;
    out[o + 1] = data[at + green]!;
    out[o + 2] = data[at + blue]!;
  }
  return out;
}
