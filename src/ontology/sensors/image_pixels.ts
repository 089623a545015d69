/**
 * The pixels of an {@linkcode Image}: as rows of bytes, and as samples.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";
import type { Header } from "../data/mod.ts";
import type { Image } from "./image.ts";
import { decodeGrayPng, encodeGrayPng } from "./png.ts";

/** Samples of a picture, in the type they have. */
export type Samples =
  | Uint8Array
  | Uint16Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Type of a sample. */
export type SampleType = "uint8" | "uint16" | "int16" | "int32" | "float32" | "float64";

const SAMPLE_ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** What a pixel of an encoding is made of. */
export interface PixelLayout {
  /** Type of a sample. */
  readonly sample: SampleType;
  /** Samples of a pixel, in the order the name says. */
  readonly channels: number;
}

/** Encodings that are known; others can be stored, and read as rows of bytes. */
export const IMAGE_ENCODINGS: Readonly<Record<string, PixelLayout>> = {
  ...layouts("uint8", { rgb8: 3, bgr8: 3, rgba8: 4, bgra8: 4, mono8: 1, "8UC1": 1, "8UC2": 2, "8UC3": 3, "8UC4": 4 }),
  ...layouts("uint8", { bayer_rggb8: 1, bayer_bggr8: 1, bayer_gbrg8: 1, bayer_grbg8: 1 }),
  ...layouts("uint16", { rgb16: 3, bgr16: 3, rgba16: 4, bgra16: 4, mono16: 1 }),
  ...layouts("uint16", { "16UC1": 1, "16UC2": 2, "16UC3": 3, "16UC4": 4 }),
  ...layouts("int16", { "16SC1": 1 }),
  ...layouts("int32", { "32SC1": 1 }),
  ...layouts("float32", { "32FC1": 1, "32FC2": 2, "32FC3": 3, "32FC4": 4 }),
  ...layouts("float64", { "64FC1": 1 }),
};

function layouts(sample: SampleType, channels: Record<string, number>): Record<string, PixelLayout> {
  return Object.fromEntries(Object.entries(channels).map(([name, count]) => [name, { sample, channels: count }]));
}

/** What is to be known of a picture beside its bytes. */
export interface ImageSettings {
  /** Columns, pixels. */
  readonly width: number;
  /** Rows, pixels. */
  readonly height: number;
  /** What a pixel is, such as `rgb8`. */
  readonly encoding: string;
  /** Bytes from one row to the next. @default as many as a row needs, of a known encoding */
  readonly stride?: number;
  /** Whether samples of several bytes have the highest first. */
  readonly isBigendian?: boolean;
  /** How the rows are stored. @default "png" */
  readonly format?: "png" | "raw";
  /** When and where it was taken. */
  readonly header?: Header;
}

/**
 * An image of rows of bytes. Stored `raw`, the image *borrows* them.
 *
 * @throws {RangeError} when the bytes are not `height` rows of `stride`, or the stride must be given
 */
export async function imageFromLinear(rows: Uint8Array, settings: ImageSettings): Promise<Image> {
  const { width, height, encoding, isBigendian, header, format = "png" } = settings;
  const stride = settings.stride ?? bytesOfRow(encoding, width);
  if (rows.length !== height * stride) {
    throw new RangeError(`Cannot make an image: ${rows.length} bytes are not ${height} rows of ${stride}`);
  }
  const data = format === "png" ? await encodeGrayPng(rows, stride, height) : rows;
  return { header, data, format, width, height, stride, encoding, isBigendian };
}

/**
 * The rows of an image: `height` times `stride` bytes. Returns a view of `raw` data, a copy of `png` data.
 *
 * @throws {MosaicoError} `codec.png_invalid` when the PNG is none, or not one of bytes; `codec.image_invalid` when the
 * numbers do not fit each other; `codec.image_unsupported` for other formats
 */
export async function imageToLinear({ data, format, stride, height }: Image): Promise<Uint8Array> {
  if (!Number.isInteger(stride) || !Number.isInteger(height) || stride < 1 || height < 1) {
    throw new MosaicoError("codec.image_invalid", `Cannot read the image: it has ${height} rows of ${stride} bytes`);
  }
  if (format === "png") return await decodeGrayPng(data, stride, height);
  if (format !== "raw") {
    throw new MosaicoError("codec.image_unsupported", `Cannot read the image: its format is ${format}, not raw or png`);
  }
  if (data.length !== height * stride) {
    const text = `Cannot read the image: ${data.length} bytes are not ${height} rows of ${stride}`;
    throw new MosaicoError("codec.image_invalid", text);
  }
  return data;
}

/**
 * The samples of an image, padding of rows left out. Shape: `height` × `width` × channels, in the order of the encoding.
 * Returns a copy.
 *
 * @throws {MosaicoError} as {@linkcode imageToLinear}; `codec.image_unsupported` for an encoding that is not known
 */
export async function imageToSamples(image: Image): Promise<Samples> {
  const { sample, channels } = layoutOf(image.encoding);
  const rowBytes = bytesOfRow(image.encoding, image.width);
  const rows = await imageToLinear(image);
  if (image.stride < rowBytes) {
    const text = `Cannot read the image: a row of ${image.width} pixels does not fit into ${image.stride} bytes`;
    throw new MosaicoError("codec.image_invalid", text);
  }
  const samples = new SAMPLE_ARRAYS[sample](image.width * image.height * channels);
  const bytes = new Uint8Array(samples.buffer);
  for (let y = 0; y < image.height; y++) {
    bytes.set(rows.subarray(y * image.stride, y * image.stride + rowBytes), y * rowBytes);
  }
  if (image.isBigendian) swapBytes(bytes, samples.BYTES_PER_ELEMENT);
  return samples;
}

/** Image of samples, rows without padding, lowest byte first. @throws {RangeError} when there are more or fewer than a picture needs */
export async function imageFromSamples(
  samples: Samples,
  settings: Omit<ImageSettings, "stride" | "isBigendian">,
): Promise<Image> {
  const { sample } = layoutOf(settings.encoding);
  if (!(samples instanceof SAMPLE_ARRAYS[sample])) {
    throw new TypeError(`Cannot make an image: samples of ${settings.encoding} are ${sample}`);
  }
  const rows = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return await imageFromLinear(rows, { ...settings, isBigendian: false });
}

function layoutOf(encoding: string): PixelLayout {
  if (Object.hasOwn(IMAGE_ENCODINGS, encoding)) return IMAGE_ENCODINGS[encoding]!;
  throw new MosaicoError("codec.image_unsupported", `Cannot lay out pixels: the encoding "${encoding}" is not known`);
}

function bytesOfRow(encoding: string, width: number): number {
  const { sample, channels } = layoutOf(encoding);
  return width * channels * SAMPLE_ARRAYS[sample].BYTES_PER_ELEMENT;
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) {
    for (let i = at, j = at + size - 1; i < j; i++, j--) [bytes[i], bytes[j]] = [bytes[j]!, bytes[i]!];
  }
}
