/**
 * Colours as clouds carry them: the bits of `r << 16 | g << 8 | b` in the place of a float32. Bits are moved, never
 * calculated with: as numbers they are denormal and mean nothing.
 *
 * @module
 */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Packs one colour of three parts, 0 to 255 each. */
export function packRgb(r: number, g: number, b: number): number {
  bits[0] = (r & 255) << 16 | (g & 255) << 8 | (b & 255);
  return float[0]!;
}

/** Red, green and blue, 0 to 255 each, of one packed colour. */
export function unpackRgb(packed: number): [r: number, g: number, b: number] {
  float[0] = packed;
  const word = bits[0]!;
  return [word >>> 16 & 255, word >>> 8 & 255, word & 255];
}

/** Packs N colours of interleaved red, green and blue. Returns a copy. @throws {RangeError} when the length is no multiple of 3 */
export function packRgbColumn(rgb: Uint8Array): Float32Array {
  if (rgb.length % 3 !== 0) throw new RangeError(`Cannot pack colours: ${rgb.length} bytes are no multiple of 3`);
  const words = new Uint32Array(rgb.length / 3);
  for (let i = 0; i < words.length; i++) words[i] = rgb[3 * i]! << 16 | rgb[3 * i + 1]! << 8 | rgb[3 * i + 2]!;
  return new Float32Array(words.buffer);
}

/** Interleaved red, green and blue of N packed colours. Returns a copy. */
export function unpackRgbColumn(packed: Float32Array): Uint8Array {
  const words = new Uint32Array(packed.buffer, packed.byteOffset, packed.length);
  const rgb = new Uint8Array(3 * words.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    rgb[3 * i] = word >>> 16;
    rgb[3 * i + 1] = word >>> 8;
    rgb[3 * i + 2] = word;
  }
  return rgb;
}
