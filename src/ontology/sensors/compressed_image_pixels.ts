/**
 * The pixels of a {@linkcode CompressedImage} that is a JPEG or a PNG.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";
import type { ImagePixels, JpegCodec, JpegDecodeOptions, JpegEncodeOptions } from "../../codecs/mod.ts";
import type { Header } from "../data/mod.ts";
import type { CompressedImage } from "./compressed_image.ts";
import { pixelsOfPng, pngOfPixels } from "./png_pixels.ts";

/** Options of {@linkcode compressedImageFromPixels}. */
export interface CompressedImageOptions extends JpegEncodeOptions {
  /** How it is encoded; quality and subsampling are of JPEG. @default "jpeg" */
  readonly format?: "jpeg" | "png";
  /** When and where it was taken. */
  readonly header?: Header;
  /** Codec to use; give one when there are many pictures. @default one made for the call */
  readonly codec?: JpegCodec;
}

/** Options of {@linkcode compressedImageToPixels}. */
export interface CompressedImagePixelsOptions extends JpegDecodeOptions {
  /** Codec to use; give one when there are many pictures. @default one made for the call */
  readonly codec?: JpegCodec;
}

/**
 * Pixels as a JPEG, in which alpha is dropped, or as a PNG, which keeps every bit. Borrows `pixels`; gray stays gray.
 *
 * @throws {TypeError} when data and size of the picture do not fit
 * @throws {RangeError} when an option is out of range
 * @throws {CodecError} `codec.jpeg_too_large`
 *
 * @example
 * ```ts
 * import { compressedImageFromPixels, compressedImageToPixels } from "@mosaico/client/ontology";
 *
 * const pixels = { width: 64, height: 48, channels: 3, data: new Uint8Array(64 * 48 * 3).fill(128) } as const;
 * const image = await compressedImageFromPixels(pixels, { quality: 90, subsampling: "4:4:4" });
 * const { width, channels, data } = await compressedImageToPixels(image);
 * console.log(image.format, width, channels, data[0]); // jpeg 64 3 128
 * ```
 */
export async function compressedImageFromPixels(
  pixels: ImagePixels,
  options: CompressedImageOptions = {},
): Promise<CompressedImage> {
  const { header, format = "jpeg" } = options;
  if (format === "png") return { header, data: await pngOfPixels(pixels), format };
  const codec = options.codec ?? await defaultCodec();
  return { header, data: codec.encode(pixels, options), format };
}

/**
 * The pixels of a picture whose format is `jpeg`, `jpg` or `png`, as a copy: gray or colour as it was stored; a JPEG has more where
 * `channels` asks for it. Borrows `image`.
 *
 * @throws {MosaicoError} `codec.image_unsupported` for other formats, `codec.png_invalid` when the data is no sound PNG
 * @throws {CodecError} `codec.jpeg_…` when the data is no JPEG, is damaged, or has too many pixels
 */
export async function compressedImageToPixels(
  image: CompressedImage,
  options: CompressedImagePixelsOptions = {},
): Promise<ImagePixels> {
  const { format, data } = image;
  if (format === "png") return await pixelsOfPng(data);
  if (format !== "jpeg" && format !== "jpg") {
    const text = `Cannot decode the picture: its format is ${format}, expected jpeg, jpg or png`;
    throw new MosaicoError("codec.image_unsupported", text, { format });
  }
  const codec = options.codec ?? await defaultCodec();
  return codec.decode(data, options);
}

async function defaultCodec(): Promise<JpegCodec> {
  const { jpegCodec } = await import("../../codecs/mod.ts");
  return await jpegCodec();
}
