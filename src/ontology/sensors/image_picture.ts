/**
 * Pictures of 8 bits a sample ⇄ {@linkcode Image}, in whichever order and width its encoding has them.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";
import type { ImagePixels } from "../../codecs/mod.ts";
import type { Header } from "../data/mod.ts";
import type { Image } from "./image.ts";
import { IMAGE_ENCODINGS, imageFromSamples, imageToSamples } from "./image_pixels.ts";

/** Encodings whose first and third sample change places on the way to red green blue. */
const BLUE_FIRST: ReadonlySet<string> = new Set(["bgr8", "bgra8", "bgr16", "bgra16"]);
/** 8 bits repeated make 16 of the same brightness. */
const WIDEN = 257;

/** What is to be known beside the pixels. */
export interface PictureSettings {
  /** Encoding to bring them to. @default `mono8`, `rgb8` or `rgba8` */
  readonly encoding?: string;
  /** How the rows are stored. @default "png" */
  readonly format?: "png" | "raw";
  /** When and where it was taken. */
  readonly header?: Header;
}

/**
 * The image as a picture: gray, red green blue, or with alpha. Blue first becomes red first, of 16 bits the upper 8 are kept,
 * padding of rows is left out; Bayer patterns are gray. Returns a copy.
 *
 * @throws {MosaicoError} `codec.image_unsupported` when it is no picture of 8 bits: floats, depths, two samples a pixel (read
 * those with `imageToSamples`); others as `imageToSamples`
 *
 * @example
 * ```ts
 * import { imageFromPixels, imageToPixels } from "@mosaico/client/ontology";
 *
 * const pixels = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 1) } as const;
 * const image = await imageFromPixels(pixels, { encoding: "bgr16", format: "raw" });
 * console.log(image.stride, image.data, (await imageToPixels(image)).data); // 6 [1, 1, 0, 0, 255, 255] [255, 0, 1]
 * ```
 */
export async function imageToPixels(image: Image): Promise<ImagePixels> {
  const { encoding, width, height } = image;
  const channels = channelsOf(encoding, "read");
  const samples = await imageToSamples(image);
  const isWide = samples instanceof Uint16Array;
  const data = isWide ? Uint8Array.from(samples, (sample) => sample >> 8) : samples as Uint8Array;
  if (BLUE_FIRST.has(encoding)) swapBlue(data, channels);
  return { width, height, channels, data };
}

/**
 * An image of a picture, rows without padding, lowest byte first. Borrows `pixels`; a `raw` image of one byte a sample, red
 * first, is a view of them.
 *
 * @throws {TypeError} when data and size do not fit, or the encoding has another number of samples a pixel
 * @throws {MosaicoError} `codec.image_unsupported` for an encoding that holds no picture of 8 bits
 */
export async function imageFromPixels(pixels: ImagePixels, settings: PictureSettings = {}): Promise<Image> {
  const { width, height, channels, data } = pixels;
  const encoding = settings.encoding ?? { 1: "mono8", 3: "rgb8", 4: "rgba8" }[channels];
  const isGray = encoding === "mono16" || encoding === "16UC1";
  if ((isGray ? 1 : channelsOf(encoding, "make")) !== channels || data.length !== width * height * channels) {
    throw new TypeError(
      `Cannot make an image: ${data.length} bytes are not ${width}×${height} pixels of ${channels} for ${encoding}`,
    );
  }
  const isWide = IMAGE_ENCODINGS[encoding]!.sample === "uint16";
  const swapped = BLUE_FIRST.has(encoding) ? swapBlue(data.slice(), channels) : data;
  const samples = isWide ? Uint16Array.from(swapped, (sample) => isGray ? sample : sample * WIDEN) : swapped;
  const { format = "png", header } = settings;
  return await imageFromSamples(samples, { width, height, encoding, format, ...(header && { header }) });
}

/** Samples of a pixel, of encodings that hold pictures of 8 bits, or of colours of 16. */
function channelsOf(encoding: string, what: string): 1 | 3 | 4 {
  const layout = Object.hasOwn(IMAGE_ENCODINGS, encoding) ? IMAGE_ENCODINGS[encoding] : undefined;
  const channels = layout?.channels ?? 0;
  const fits = layout?.sample === "uint8" ? channels !== 2 : layout?.sample === "uint16" && channels > 2;
  if (fits) return channels as 1 | 3 | 4;
  const text = `Cannot ${what} the picture: the encoding "${encoding}" has no pixels of 8 bits`;
  throw new MosaicoError("codec.image_unsupported", text, { encoding });
}

/** Swaps the first and third sample of each pixel, in place. */
function swapBlue(data: Uint8Array, channels: number): Uint8Array {
  for (let i = 0; i < data.length; i += channels) [data[i], data[i + 2]] = [data[i + 2]!, data[i]!];
  return data;
}
