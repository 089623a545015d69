/**
 * Half-precision numbers as bit patterns.
 *
 * @module
 */

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);
/** Width of a step, by the exponent in the bits; 0 and 1 have the same. */
const STEPS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

/** Bit pattern of the float16 nearest to `value`, ties to even. */
export function toFloat16Bits(value: number): number {
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below 2^-14 steps are 2^-24 wide; above, 11 bits below the leading one.
  single[0] = magnitude;
  const exponent = Math.max((singleBits[0]! >>> 23) - 127, -14);
  const steps = roundToEven(magnitude / STEPS[exponent + 15]!);
  return sign | (steps + (exponent + 14) * 1024);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Value of a float16 bit pattern. */
export function fromFloat16Bits(bits: number): number {
  const exponent = bits >>> 10 & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits >>> 15 === 0 ? 1 : -1;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction : 1024 + fraction) * STEPS[exponent]!;
}
