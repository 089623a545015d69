/**
 * Pictures as PNG files.
 *
 * @module
 */
import type { ImagePixels } from "../../codecs/mod.ts";
import { decodePng, encodePng, invalidPng, type PngParts } from "./png.ts";

/** A picture may have as many pixels as a JPEG can: 65,535 each way would be 4 GiB, so this is less. */
const MAX_PIXELS = 1 << 26;

/** Packs a picture without loss. Borrows `pixels`; returns a copy. @throws {TypeError} when data and size do not fit */
export async function pngOfPixels({ width, height, channels, data }: ImagePixels): Promise<Uint8Array> {
  if (!(width >= 1 && height >= 1) || data.length !== width * height * channels) {
    throw new TypeError(`Cannot encode the picture: ${data.length} bytes are not ${width}×${height}×${channels}`);
  }
  return await encodePng(data, { width, height, colour: { 1: 0, 3: 2, 4: 6 }[channels] });
}

/**
 * The picture in a PNG, as a copy: gray, colour, or colour with alpha, as it was stored. Of 16 bits a sample the upper 8 are
 * kept.
 *
 * @throws {MosaicoError} `codec.png_invalid` when it is no PNG, interlaced, damaged, or has too many pixels
 */
export async function pixelsOfPng(png: Uint8Array): Promise<ImagePixels> {
  const parts = await decodePng(png, ({ width, height }) => {
    if (width * height > MAX_PIXELS) throw invalidPng(`it has ${width}×${height} pixels, more than ${MAX_PIXELS}`);
  });
  const { width, height, colour, palette, alpha } = parts;
  const samples = samplesOf(parts);
  if (colour === 3) return { width, height, ...throughPalette(samples, palette, alpha) };
  if (colour === 4) return { width, height, channels: 4, data: grayAlpha(samples) };
  return { width, height, channels: ({ 0: 1, 2: 3, 6: 4 } as const)[colour as 0], data: samples };
}

/** Samples of 8 bits; those of fewer are spread over the range, but for indices of a palette. */
function samplesOf({ rows, rowBytes, width, height, depth, colour }: PngParts): Uint8Array {
  if (depth === 8) return rows;
  if (depth === 16) return Uint8Array.from({ length: rows.length / 2 }, (_, i) => rows[2 * i]!);
  const most = (1 << depth) - 1;
  const scale = colour === 3 ? 1 : 255 / most;
  const samples = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const bit = x * depth;
      samples[i] = (rows[y * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7)) & most) * scale;
    }
  }
  return samples;
}

function throughPalette(
  indices: Uint8Array,
  palette: Uint8Array,
  alpha: Uint8Array,
): Pick<ImagePixels, "channels" | "data"> {
  const channels = alpha.length > 0 ? 4 : 3;
  const data = new Uint8Array(indices.length * channels);
  indices.forEach((index, i) => {
    if (3 * index + 3 > palette.length) throw invalidPng(`its palette has no colour ${index}`);
    data.set(palette.subarray(3 * index, 3 * index + 3), i * channels);
    if (channels === 4) data[i * 4 + 3] = alpha[index] ?? 255;
  });
  return { channels, data };
}

function grayAlpha(samples: Uint8Array): Uint8Array {
  const data = new Uint8Array(2 * samples.length);
  for (let i = 0; i < samples.length; i += 2) {
    data.fill(samples[i]!, 2 * i, 2 * i + 3);
    data[2 * i + 3] = samples[i + 1]!;
  }
  return data;
}
