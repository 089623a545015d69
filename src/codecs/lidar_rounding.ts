/**
 * Point clouds that shrink without a decoder.
 *
 * @module
 */

/** Doubles above this have no fraction to round. */
const NO_FRACTION = 2 ** 51;
/** Added and taken away again, it leaves the nearest integer. */
const ROUNDING = 1.5 * 2 ** 52;

/**
 * Values rounded to multiples of `step`, as a copy: ordinary float32 whose last bits are zeros, which Zstandard bodies
 * shrink two to four times and every Arrow reader understands. Off by at most half a step; NaN and infinities stay.
 *
 * @param step A power of two, so that multiples of it are exact. @default 1/1024, just below a millimetre
 * @throws {RangeError} when `step` is not a power of two
 */
export function roundToStep(values: Float32Array, step: number = 1 / 1024): Float32Array {
  if (!(step > 0) || !Number.isInteger(Math.log2(step))) {
    throw new RangeError(`Cannot round values: step is ${step}, expected a power of two`);
  }
  const inverse = 1 / step;
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const scaled = value * inverse;
    out[i] = Math.abs(scaled) < NO_FRACTION ? (scaled + ROUNDING - ROUNDING) * step : value;
  }
  return out;
}
