// @ts-nocheck: AssemblyScript, compiled by ../build.ts
//
// The steps of the point cloud format (README.md) on raw memory: quantise, predict, pack, and back. Which step runs when,
// and the layout of memory, are the caller's business: see src/codecs/lidar_encoder.ts and lidar_decoder.ts.
//
// What the caller promises: every region is followed by SLACK writable bytes, and regions lie above heapBase(). Then no
// input, however damaged, reads or writes elsewhere.

/** Bytes after the end of a region that whole vectors and blocks may touch. */
export const SLACK: usize = 256;

/** Steps are kept below this, so that the difference of two fits 32 bits. */
const MAX_STEP: f64 = 1073741824;
/** Added to a number below 2^51, it leaves the nearest integer in the low bits. */
const ROUNDING: f64 = 6755399441055744;

/** Rings that are told apart. */
const RINGS: usize = 1024;
/** Bytes of the latest values of a ring, of four columns each. */
const RING_BYTES: usize = 16;
/**
 * Latest values, of four columns at a time: those of the first ring, of the second, …; the first ring's also serve as the
 * latest of all. Columns 0, 1, 2 have a vector to themselves, so there is room for 15 columns.
 */
const states: usize = memory.data(65536, 16);

/** Where the latest values of a column are, those of further rings RING_BYTES apart. */
function stateOf(column: usize): usize {
  const slot = column < 3 ? column : column + 1;
  return states + (slot >> 2) * RINGS * RING_BYTES + ((slot & 3) << 2);
}

/** First address the caller may use. */
export function heapBase(): usize {
  return (__heap_base + 63) & ~63;
}

/** Forgets the latest values. Call before each cloud. */
export function reset(): void {
  memory.fill(states, 0, 4 * RINGS * RING_BYTES);
}

// ------------------------------------------------------------------------------------------------- quantising

/** Bits that any, and that all of the values have which the last quantising masked: the same when they are alike. */
let anyBits: u64 = 0;
let allBits: u64 = 0;

/** 1 when all values masked by the last quantising have the same bits. */
export function areMaskedAlike(): bool {
  return anyBits == allBits;
}

/** Writes the first of them, of `size` 4 or 8 bytes. */
export function putMasked(size: usize, to: usize): void {
  if (size == 4) store<u32>(to, <u32> anyBits);
  else store<u64>(to, anyBits);
}

/** Steps of four float32. */
function quantise4(values: v128, inverse: v128): v128 {
  const low = f64x2.mul(f64x2.promote_low_f32x4(values), inverse);
  const high = f64x2.mul(f64x2.promote_low_f32x4(v128.shuffle<u64>(values, values, 1, 1)), inverse);
  return v128.shuffle<u32>(f64x2.add(low, f64x2.splat(ROUNDING)), f64x2.add(high, f64x2.splat(ROUNDING)), 0, 2, 4, 6);
}

/**
 * Steps (i32 at `to`) of `n` float32 at `from`. Values without a step get a bit in `mask`: NaN, infinities, those too far
 * away, with `exact` those the step does not give back bit by bit, and with `zeros` each 0, which loses its sign. Returns
 * how many; their steps mean nothing.
 */
export function quantise32(
  from: usize,
  n: usize,
  step: f64,
  exact: bool,
  zeros: bool,
  to: usize,
  mask: usize,
): u32 {
  const inverse = f64x2.splat(1 / step), factor = f64x2.splat(step), nothing = i32x4.splat(0);
  const limit = f32x4.splat(<f32> (MAX_STEP * step));
  let any = nothing, all = i32x4.splat(-1);
  let masked: u32 = 0;
  memory.fill(from + (n << 2), 0, 32); // what pads the last eight has a step, or is a masked 0
  for (let i: usize = 0; i < n; i += 8) {
    const p = from + (i << 2);
    let a = v128.load(p), b = v128.load(p, 16);
    const aSteps = quantise4(a, inverse), bSteps = quantise4(b, inverse);
    v128.store(to + (i << 2), aSteps);
    v128.store(to + (i << 2), bSteps, 16);
    let aKept = f32x4.lt(f32x4.abs(a), limit), bKept = f32x4.lt(f32x4.abs(b), limit);
    if (exact) {
      aKept = v128.and(aKept, i32x4.eq(restore4(aSteps, factor), a));
      bKept = v128.and(bKept, i32x4.eq(restore4(bSteps, factor), b));
    }
    if (zeros) {
      const aZero = f32x4.eq(a, nothing), bZero = f32x4.eq(b, nothing);
      aKept = v128.andnot(aKept, aZero);
      bKept = v128.andnot(bKept, bZero);
      a = v128.andnot(a, aZero);
      b = v128.andnot(b, bZero);
      v128.store(p, a);
      v128.store(p, b, 16);
    }
    if (i32x4.bitmask(v128.and(aKept, bKept)) == 15) {
      store<u8>(mask + (i >> 3), 0);
      continue;
    }
    any = v128.or(any, v128.or(v128.andnot(a, aKept), v128.andnot(b, bKept)));
    all = v128.and(all, v128.and(v128.or(a, aKept), v128.or(b, bKept)));
    let bits = <u32> (i32x4.bitmask(aKept) | (i32x4.bitmask(bKept) << 4)) ^ 255;
    if (n - i < 8) bits &= (<u32> 1 << <u32> (n - i)) - 1;
    store<u8>(mask + (i >> 3), <u8> bits);
    masked += popcnt<u32>(bits);
  }
  any = v128.or(any, v128.shuffle<u64>(any, any, 1, 0));
  all = v128.and(all, v128.shuffle<u64>(all, all, 1, 0));
  anyBits = <u32> (i32x4.extract_lane(any, 0) | i32x4.extract_lane(any, 1));
  allBits = <u32> (i32x4.extract_lane(all, 0) & i32x4.extract_lane(all, 1));
  return masked;
}

/** The same for float64. */
export function quantise64(
  from: usize,
  n: usize,
  step: f64,
  exact: bool,
  zeros: bool,
  to: usize,
  mask: usize,
): u32 {
  const inverse = 1 / step;
  let masked: u32 = 0;
  let bits: u32 = 0;
  anyBits = 0;
  allBits = ~(<u64> 0);
  for (let i: usize = 0; i < n; i++) {
    const value = load<f64>(from + (i << 3));
    const scaled = value * inverse;
    const near = abs<f64>(scaled) < MAX_STEP;
    const q = near ? <i32> nearest<f64>(scaled) : 0;
    store<i32>(to + (i << 2), q);
    const zero = zeros && value == 0;
    if (zero) store<f64>(from + (i << 3), 0);
    if (!near || zero || (exact && reinterpret<u64>(<f64> q * step) != reinterpret<u64>(value))) {
      anyBits |= load<u64>(from + (i << 3));
      allBits &= load<u64>(from + (i << 3));
      bits |= <u32> 1 << <u32> (i & 7);
      masked++;
    }
    if ((i & 7) == 7 || i + 1 == n) {
      store<u8>(mask + (i >> 3), <u8> bits);
      bits = 0;
    }
  }
  return masked;
}

/** Four float32 of four steps. */
function restore4(q: v128, factor: v128): v128 {
  const low = f64x2.mul(f64x2.convert_low_i32x4_s(q), factor);
  const high = f64x2.mul(f64x2.convert_low_i32x4_s(v128.shuffle<u64>(q, q, 1, 1)), factor);
  return v128.shuffle<u64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** float32 at `to` of `n` steps at `from`. */
export function restore32(from: usize, n: usize, step: f64, to: usize): void {
  const factor = f64x2.splat(step);
  for (let i: usize = 0; i < n << 2; i += 16) v128.store(to + i, restore4(v128.load(from + i), factor));
}

/** The same for float64. */
export function restore64(from: usize, n: usize, step: f64, to: usize): void {
  for (let i: usize = 0; i < n; i++) store<f64>(to + (i << 3), <f64> load<i32>(from + (i << 2)) * step);
}

/** i32 at `to` of `n` integers of `size` 1 or 2 bytes at `from`. */
export function widen(from: usize, n: usize, size: usize, to: usize): void {
  for (let i: usize = 0; i < n; i += 8) {
    const words = size == 1 ? v128.load8x8_u(from + i) : v128.load(from + (i << 1));
    v128.store(to + (i << 2), i32x4.extend_low_i16x8_u(words));
    v128.store(to + (i << 2), i32x4.extend_high_i16x8_u(words), 16);
  }
}

/** Back; higher bits are dropped. */
export function narrow(from: usize, n: usize, size: usize, to: usize): void {
  const all = i32x4.splat(size == 1 ? 0xff : 0xffff);
  for (let i: usize = 0; i < n; i += 8) {
    const a = v128.and(v128.load(from + (i << 2)), all), b = v128.and(v128.load(from + (i << 2), 16), all);
    if (size == 2) v128.store(to + (i << 1), i16x8.narrow_i32x4_u(a, b));
    else v128.store_lane<u64>(to + i, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(a, b), a), 0);
  }
}

// ----------------------------------------------------------------------------------------------------- masking

/** For four values of which those with a bit are masked: the bytes that bring the others together, and apart again. */
const together: usize = memory.data(256, 16);
const apart: usize = memory.data(256, 16);
for (let bits: usize = 0; bits < 16; bits++) {
  memory.fill(together + (bits << 4), 128, 16); // 128 takes no byte
  memory.fill(apart + (bits << 4), 128, 16);
  let kept: usize = 0;
  for (let i: usize = 0; i < 4; i++) {
    if (bits >> i & 1) continue;
    store<u32>(together + (bits << 4) + (kept << 2), 0x03020100 + 0x04040404 * <u32> i);
    store<u32>(apart + (bits << 4) + (i << 2), 0x03020100 + 0x04040404 * <u32> kept);
    kept++;
  }
}

/** As `together`, for values of two bytes: in the lower half. */
const togetherHalf: usize = memory.data(256, 16);
for (let bits: usize = 0; bits < 16; bits++) {
  const words = v128.load(together + (bits << 4)); // half of a word's first byte is where the value starts
  const first = i16x8.narrow_i32x4_u(v128.and(i32x4.shr_u(words, 1), i32x4.splat(0x7f)), words);
  v128.store(togetherHalf + (bits << 4), v128.or(first, i16x8.shl(i16x8.add(first, i16x8.splat(1)), 8)));
}

/** Those of `n` values of four bytes whose bit in `mask` is clear, or set with `flip` 255. */
function gather4(from: usize, n: usize, mask: usize, flip: u32, to: usize): usize {
  const start = to;
  for (let i: usize = 0; i < n; i += 8) {
    const bits = <usize> ((<u32> load<u8>(mask + (i >> 3)) ^ flip) | (n - i < 8 ? <u32> 255 << <u32> (n - i) : 0));
    if ((bits & 255) == 255) continue; // as in runs of points without a return
    const low = bits & 15, high = bits >> 4 & 15;
    const a = v128.load(from + (i << 2)), b = v128.load(from + (i << 2), 16);
    v128.store(to, i8x16.swizzle(a, v128.load(together + (low << 4))));
    to += (4 - popcnt(low)) << 2;
    v128.store(to, i8x16.swizzle(b, v128.load(together + (high << 4))));
    to += (4 - popcnt(high)) << 2;
  }
  return (to - start) >> 2;
}

/** The same for values of two bytes. */
function gather2(from: usize, n: usize, mask: usize, flip: u32, to: usize): usize {
  const start = to;
  for (let i: usize = 0; i < n; i += 8) {
    const bits = <usize> ((<u32> load<u8>(mask + (i >> 3)) ^ flip) | (n - i < 8 ? <u32> 255 << <u32> (n - i) : 0));
    if ((bits & 255) == 255) continue;
    const low = bits & 15, high = bits >> 4 & 15;
    v128.store(to, i8x16.swizzle(v128.load64_zero(from + (i << 1)), v128.load(togetherHalf + (low << 4))));
    to += (4 - popcnt(low)) << 1;
    v128.store(to, i8x16.swizzle(v128.load64_zero(from + (i << 1), 8), v128.load(togetherHalf + (high << 4))));
    to += (4 - popcnt(high)) << 1;
  }
  return (to - start) >> 1;
}

/** The same for values of eight bytes. */
function gather8(from: usize, n: usize, mask: usize, flip: u32, to: usize): usize {
  const start = to;
  for (const end = from + (n << 3); from < end; from += 64, mask++) {
    let bits = <u32> load<u8>(mask) ^ flip ^ 255;
    if (end - from < 64) bits &= (<u32> 1 << <u32> ((end - from) >> 3)) - 1;
    if (bits == 0) continue;
    for (let i: usize = 0; i < 8; i++) { // written in any case, kept when the bit is set
      store<u64>(to, load<u64>(from + (i << 3)));
      to += <usize> ((bits >> <u32> i) & 1) << 3;
    }
  }
  return (to - start) >> 3;
}

/** Copies those of `n` values of `size` 2, 4 or 8 bytes whose bit in `mask` is `wanted`; returns how many. */
export function gather(from: usize, n: usize, size: usize, mask: usize, wanted: bool, to: usize): usize {
  const flip: u32 = wanted ? 255 : 0;
  if (size == 2) return gather2(from, n, mask, flip, to);
  if (size == 4) return gather4(from, n, mask, flip, to);
  return gather8(from, n, mask, flip, to);
}

/** Four values of `clear` where `bits` are clear, `set` where they are set. */
function spread4(clear: usize, set: v128, bits: usize): v128 {
  const at = v128.load(apart + (bits << 4));
  return v128.or(i8x16.swizzle(v128.load(clear), at), v128.and(set, i8x16.shr_s(at, 7)));
}

function mergeOf<T>(clear: usize, set: usize, setStep: usize, n: usize, mask: usize, to: usize): void {
  for (const end = to + n * sizeof<T>(); to < end; to += 8 * sizeof<T>(), mask++) {
    const bits = <usize> load<u8>(mask);
    for (let i: usize = 0; i < 8; i++) {
      const bit = (bits >> i) & 1;
      store<T>(to + i * sizeof<T>(), bit ? load<T>(set) : load<T>(clear));
      set += bit * setStep;
      clear += (1 - bit) * sizeof<T>();
    }
  }
}

/**
 * `n` values of `size` 4 or 8 bytes: where the bit in `mask` is clear the next of those at `clear`, where it is set the
 * next of those at `set`, or with `repeat` always the first.
 */
export function merge(clear: usize, set: usize, repeat: bool, n: usize, size: usize, mask: usize, to: usize): void {
  if (size == 8) mergeOf<u64>(clear, set, repeat ? 0 : size, n, mask, to);
  else if (!repeat) mergeOf<u32>(clear, set, size, n, mask, to);
  else {
    const one = i32x4.splat(load<i32>(set));
    for (let i: usize = 0; i < n; i += 8) {
      const low = <usize> load<u8>(mask + (i >> 3)) & 15, high = <usize> load<u8>(mask + (i >> 3)) >> 4;
      v128.store(to + (i << 2), spread4(clear, one, low));
      clear += (4 - popcnt(low)) << 2;
      v128.store(to + (i << 2), spread4(clear, one, high), 16);
      clear += (4 - popcnt(high)) << 2;
    }
  }
}

/** Whether `size` bytes at `a` and `b` are equal. */
export function equal(a: usize, b: usize, size: usize): bool {
  let i: usize = 0;
  for (; i + 16 <= size; i += 16) if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  for (; i < size; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

/** How many of the first `n` bits of `mask` are set. */
export function countSet(mask: usize, n: usize): u32 {
  let count: u32 = 0;
  for (; n >= 64; n -= 64, mask += 8) count += <u32> popcnt<u64>(load<u64>(mask));
  return count + <u32> popcnt<u64>(load<u64>(mask) & ((<u64> 1 << n) - 1));
}

// -------------------------------------------------------------------------------------------------- predicting

function zigzag(d: i32): u32 {
  return (d << 1) ^ (d >> 31);
}

function unzigzag(z: u32): i32 {
  return <i32> (z >> 1) ^ -(<i32> (z & 1));
}

function zigzag4(d: v128): v128 {
  return v128.xor(i32x4.shl(d, 1), i32x4.shr_s(d, 31));
}

function unzigzag4(z: v128): v128 {
  return v128.xor(i32x4.shr_u(z, 1), i32x4.neg(v128.and(z, i32x4.splat(1))));
}

/** Replaces the `n` values at `at` by their differences to the value before, zigzag. */
export function differ(column: usize, at: usize, n: usize): void {
  const state = stateOf(column);
  let last = load<i32>(state);
  let i: usize = 0;
  let before = i32x4.splat(last);
  for (; i + 4 <= n; i += 4) {
    const values = v128.load(at + (i << 2));
    v128.store(at + (i << 2), zigzag4(i32x4.sub(values, v128.shuffle<u32>(before, values, 3, 4, 5, 6))));
    before = values;
  }
  last = i32x4.extract_lane(before, 3);
  for (; i < n; i++) {
    const value = load<i32>(at + (i << 2));
    store<u32>(at + (i << 2), zigzag(value - last));
    last = value;
  }
  store<i32>(state, last);
}

/** Back. */
export function sum(column: usize, at: usize, n: usize): void {
  const state = stateOf(column);
  let last = load<i32>(state);
  let i: usize = 0;
  let base = i32x4.splat(last);
  const zero = i32x4.splat(0);
  for (; i + 4 <= n; i += 4) {
    let d = unzigzag4(v128.load(at + (i << 2)));
    d = i32x4.add(d, v128.shuffle<u32>(zero, d, 0, 4, 5, 6));
    d = i32x4.add(d, v128.shuffle<u32>(zero, d, 0, 1, 4, 5));
    d = i32x4.add(d, base);
    v128.store(at + (i << 2), d);
    base = v128.shuffle<u32>(d, d, 3, 3, 3, 3);
  }
  last = i32x4.extract_lane(base, 3);
  for (; i < n; i++) {
    last += unzigzag(load<u32>(at + (i << 2)));
    store<i32>(at + (i << 2), last);
  }
  store<i32>(state, last);
}

/** Replaces `n` rings (u16 at `rings`) by the places of their state, modulo RINGS, as the functions below want them. */
export function placeRings(rings: usize, n: usize): void {
  const all = i16x8.splat(<i16> (RINGS - 1));
  for (const end = rings + (n << 1); rings < end; rings += 16) {
    v128.store(rings, i16x8.shl(v128.and(v128.load(rings), all), 4));
  }
}

/** Differences to the latest value of the same ring. */
export function differByRing(column: usize, at: usize, rings: usize, n: usize): void {
  const state = stateOf(column);
  for (const end = at + (n << 2); at < end; at += 4, rings += 2) {
    const last = state + load<u16>(rings);
    const value = load<i32>(at);
    store<u32>(at, zigzag(value - load<i32>(last)));
    store<i32>(last, value);
  }
}

/** Back. */
export function sumByRing(column: usize, at: usize, rings: usize, n: usize): void {
  const state = stateOf(column);
  for (const end = at + (n << 2); at < end; at += 4, rings += 2) {
    const last = state + load<u16>(rings);
    const value = load<i32>(last) + unzigzag(load<u32>(at));
    store<i32>(last, value);
    store<i32>(at, value);
  }
}

/** The differences of a point's values to the latest of its ring, whose place is in the low bits of `places`. */
function differPoint(places: u64, values: v128): v128 {
  const last = states + <usize> (places & 0xffff);
  const d = i32x4.sub(values, v128.load(last));
  v128.store(last, values);
  return d;
}

/** Back. */
function sumPoint(places: u64, d: v128): v128 {
  const last = states + <usize> (places & 0xffff);
  const values = i32x4.add(d, v128.load(last));
  v128.store(last, values);
  return values;
}

/** The same as differByRing on columns 0, 1, 2 at `x`, `y`, `z`, in a third of the time. */
export function differThreeByRing(x: usize, y: usize, z: usize, rings: usize, n: usize): void {
  const whole = n & ~3;
  for (let i: usize = 0; i < whole << 2; i += 16) {
    const places = load<u64>(rings + (i >> 1));
    const xs = v128.load(x + i), ys = v128.load(y + i), zs = v128.load(z + i);
    const low = v128.shuffle<u32>(xs, ys, 0, 4, 1, 5), high = v128.shuffle<u32>(xs, ys, 2, 6, 3, 7);
    const zLow = v128.shuffle<u32>(zs, zs, 0, 0, 1, 1), zHigh = v128.shuffle<u32>(zs, zs, 2, 2, 3, 3);
    const p0 = differPoint(places, v128.shuffle<u64>(low, zLow, 0, 2));
    const p1 = differPoint(places >> 16, v128.shuffle<u64>(low, zLow, 1, 3));
    const p2 = differPoint(places >> 32, v128.shuffle<u64>(high, zHigh, 0, 2));
    const p3 = differPoint(places >> 48, v128.shuffle<u64>(high, zHigh, 1, 3));
    const xy01 = v128.shuffle<u32>(p0, p1, 0, 4, 1, 5), xy23 = v128.shuffle<u32>(p2, p3, 0, 4, 1, 5);
    const z01 = v128.shuffle<u32>(p0, p1, 2, 6, 3, 7), z23 = v128.shuffle<u32>(p2, p3, 2, 6, 3, 7);
    v128.store(x + i, zigzag4(v128.shuffle<u64>(xy01, xy23, 0, 2)));
    v128.store(y + i, zigzag4(v128.shuffle<u64>(xy01, xy23, 1, 3)));
    v128.store(z + i, zigzag4(v128.shuffle<u64>(z01, z23, 0, 2)));
  }
  differByRing(0, x + (whole << 2), rings + (whole << 1), n - whole);
  differByRing(1, y + (whole << 2), rings + (whole << 1), n - whole);
  differByRing(2, z + (whole << 2), rings + (whole << 1), n - whole);
}

/** Back. */
export function sumThreeByRing(x: usize, y: usize, z: usize, rings: usize, n: usize): void {
  const whole = n & ~3;
  for (let i: usize = 0; i < whole << 2; i += 16) {
    const places = load<u64>(rings + (i >> 1));
    const xs = unzigzag4(v128.load(x + i)), ys = unzigzag4(v128.load(y + i)), zs = unzigzag4(v128.load(z + i));
    const low = v128.shuffle<u32>(xs, ys, 0, 4, 1, 5), high = v128.shuffle<u32>(xs, ys, 2, 6, 3, 7);
    const zLow = v128.shuffle<u32>(zs, zs, 0, 0, 1, 1), zHigh = v128.shuffle<u32>(zs, zs, 2, 2, 3, 3);
    const p0 = sumPoint(places, v128.shuffle<u64>(low, zLow, 0, 2));
    const p1 = sumPoint(places >> 16, v128.shuffle<u64>(low, zLow, 1, 3));
    const p2 = sumPoint(places >> 32, v128.shuffle<u64>(high, zHigh, 0, 2));
    const p3 = sumPoint(places >> 48, v128.shuffle<u64>(high, zHigh, 1, 3));
    const xy01 = v128.shuffle<u32>(p0, p1, 0, 4, 1, 5), xy23 = v128.shuffle<u32>(p2, p3, 0, 4, 1, 5);
    const z01 = v128.shuffle<u32>(p0, p1, 2, 6, 3, 7), z23 = v128.shuffle<u32>(p2, p3, 2, 6, 3, 7);
    v128.store(x + i, v128.shuffle<u64>(xy01, xy23, 0, 2));
    v128.store(y + i, v128.shuffle<u64>(xy01, xy23, 1, 3));
    v128.store(z + i, v128.shuffle<u64>(z01, z23, 0, 2));
  }
  sumByRing(0, x + (whole << 2), rings + (whole << 1), n - whole);
  sumByRing(1, y + (whole << 2), rings + (whole << 1), n - whole);
  sumByRing(2, z + (whole << 2), rings + (whole << 1), n - whole);
}

// ----------------------------------------------------------------------------------------------------- packing

/** Values of a block that share a width, so that a whole block takes just `width` bytes. */
const BLOCK: usize = 8;

/** Widest numbers, and widest that are packed and unpacked eight at a time. */
const MAX_WIDTH: u32 = 32;
const MAX_JOINED: u32 = 14;
const MAX_SPLIT: u32 = 16;

/** How many of `n` numbers the last block lacks. */
function missingOf(n: usize): usize {
  return (0 - n) & (BLOCK - 1);
}

/**
 * What packs eight numbers of a width: factors that join an even and an odd number of 16 bits to a pair, and factors that
 * push the lower of two pairs of 32 bits against the upper.
 */
const joining: usize = memory.data(32 * 15, 16);
for (let width: u32 = 0; width <= MAX_JOINED; width++) {
  const at = joining + (<usize> width << 5);
  v128.store(at, i32x4.splat(1 | 1 << 16 << width));
  v128.store(at, i64x2.splat(1 << 32 | (<u64> 1 << (32 - 2 * width) & 0xffffffff)), 16);
}

/**
 * What unpacks eight numbers of a width: which bytes each of them has bits in, and factors that push these bits to the top
 * of 32; first of the lower four, then of the others.
 */
const splitting: usize = memory.data(64 * 17, 16);
for (let width: usize = 0; width <= MAX_SPLIT; width++) {
  for (let i: usize = 0; i < BLOCK; i++) {
    const first = i * width, end = first + width;
    const at = splitting + (width << 6) + (i >> 2 << 5) + ((i & 3) << 2);
    for (let byte: usize = 0; byte < 4; byte++) {
      const place = (first >> 3) + byte;
      store<u8>(at + byte, place << 3 < end ? <u8> place : 128); // 128 takes no byte
    }
    store<u32>(at, width == 0 ? 0 : <u32> 1 << (32 - <u32> width - (<u32> first & 7)), 16);
  }
}

/** A block whose numbers have more bits than can be joined. */
function packWide(from: usize, width: u32, to: usize): void {
  let word: u64 = 0;
  let bits: u32 = 0;
  for (let i: usize = 0; i < BLOCK; i++) {
    word |= <u64> load<u32>(from + (i << 2)) << bits;
    bits += width;
    if (bits >= 32) {
      store<u32>(to, <u32> word);
      to += 4;
      word >>= 32;
      bits -= 32;
    }
  }
  store<u32>(to, <u32> word);
}

/** Packs `n` u32 at `from` in blocks of 8, each a byte with the width and the values' low bits. Returns the length. */
export function packBits(from: usize, n: usize, to: usize): usize {
  const start = to;
  const end = from + (n << 2);
  memory.fill(end, 0, BLOCK << 2); // what fills the last block up, and is cut off
  let width: u32 = 0;
  for (; from < end; from += BLOCK << 2) {
    const a = v128.load(from), b = v128.load(from, 16);
    const any = v128.or(a, b);
    const pair = i64x2.extract_lane(any, 0) | i64x2.extract_lane(any, 1);
    width = 32 - clz<u32>(<u32> pair | <u32> (pair >>> 32));
    store<u8>(to, <u8> width);
    if (width > MAX_JOINED) packWide(from, width, to + 1);
    else {
      const factors = joining + (<usize> width << 5);
      const pairs = i32x4.dot_i16x8_s(i16x8.narrow_i32x4_u(a, b), v128.load(factors));
      const fours = i64x2.shr_u(i32x4.mul(pairs, v128.load(factors, 16)), 32 - 2 * width);
      const low = i64x2.extract_lane(fours, 0), high = i64x2.extract_lane(fours, 1);
      store<u64>(to, low | high << (4 * width), 1);
      store<u64>(to, high >>> (64 - 4 * width), 9);
    }
    to += width + 1;
  }
  return to - start - (<usize> width * missingOf(n) >> 3);
}

/** Unpacks a block of numbers of `width` bits. */
function unpackBlock(from: usize, width: u32, to: usize): void {
  if (width > MAX_SPLIT) {
    const mask: u64 = ~(<u64> 0) >> (64 - width);
    for (let i: usize = 0, bit: usize = 0; i < BLOCK; i++, bit += width) {
      store<u32>(to + (i << 2), <u32> ((load<u64>(from + (bit >> 3)) >> (bit & 7)) & mask));
    }
    return;
  }
  const bytes = v128.load(from);
  const split = splitting + (<usize> width << 6);
  const low = i32x4.mul(i8x16.swizzle(bytes, v128.load(split)), v128.load(split, 16));
  const high = i32x4.mul(i8x16.swizzle(bytes, v128.load(split, 32)), v128.load(split, 48));
  v128.store(to, i32x4.shr_u(low, 32 - width));
  v128.store(to, i32x4.shr_u(high, 32 - width), 16);
}

/** Back, from at most `available` bytes. Returns how many were used, or 0 when the bytes do not hold `n` values. */
export function unpackBits(from: usize, available: usize, n: usize, to: usize): usize {
  const start = from, end = from + available;
  let width: u32 = 0;
  for (const toEnd = to + (n << 2); to < toEnd; to += BLOCK << 2) {
    width = load<u8>(from);
    from += width + 1;
    if (width > MAX_WIDTH || from > end + MAX_WIDTH) return 0; // the last block may be shorter: see below
    unpackBlock(from - width, width, to);
  }
  from -= <usize> width * missingOf(n) >> 3;
  return from > end ? 0 : from - start;
}

/**
 * For four numbers of fourteen bits in eight bytes, of which those with a bit need both of theirs: the bytes to be written.
 * Then the same for the other half of a vector.
 */
const shortening: usize = memory.data(512, 16);
memory.fill(shortening, 128, 512);
for (let bits: usize = 0; bits < 16; bits++) {
  let at = shortening + (bits << 4);
  for (let i: usize = 0; i < 8; i++) {
    if ((i & 1) == 1 && (bits >> (i >> 1) & 1) == 0) continue;
    store<u8>(at, <u8> i);
    store<u8>(at, <u8> (i + 8), 256);
    at++;
  }
}

/** Packs a number, seven bits a byte; returns the end. */
function packNumber(value: u32, to: usize): usize {
  while (value >= 128) {
    store<u8>(to, <u8> (value | 128));
    to++;
    value >>= 7;
  }
  store<u8>(to, <u8> value);
  return to + 1;
}

/** Packs `n` u32 at `from`, seven bits a byte, the lowest first; a byte's top bit says that more follow. */
export function packBytes(from: usize, n: usize, to: usize): usize {
  const start = to, end = from + (n << 2);
  const zero = i16x8.splat(0);
  for (const wholeEnd = from + ((n & ~7) << 2); from < wholeEnd; from += 32) {
    const a = v128.load(from), b = v128.load(from, 16);
    if (v128.any_true(i32x4.shr_u(v128.or(a, b), 14))) {
      for (let i: usize = 0; i < 32; i += 4) to = packNumber(load<u32>(from + i), to);
      continue;
    }
    const words = i16x8.narrow_i32x4_u(a, b), upper = i16x8.shr_u(words, 7);
    const more = i16x8.gt_s(upper, zero);
    const lower = v128.or(v128.and(words, i16x8.splat(127)), v128.and(more, i16x8.splat(128)));
    const bytes = v128.or(lower, i16x8.shl(upper, 8));
    const bits = <usize> i16x8.bitmask(more), low = bits & 15, high = bits >> 4;
    v128.store(to, i8x16.swizzle(bytes, v128.load(shortening + (low << 4))));
    to += 4 + popcnt(low);
    v128.store(to, i8x16.swizzle(bytes, v128.load(shortening + (high << 4), 256)));
    to += 4 + popcnt(high);
  }
  for (; from < end; from += 4) to = packNumber(load<u32>(from), to);
  return to - start;
}

/** Back; as {@link unpackBits}. */
export function unpackBytes(from: usize, available: usize, n: usize, to: usize): usize {
  const start = from;
  const end = from + available;
  for (const toEnd = to + (n << 2); to < toEnd; to += 4) {
    let value: u32 = 0;
    let shift: u32 = 0;
    while (true) {
      if (from >= end || shift > 28) return 0;
      const byte = <u32> load<u8>(from);
      from++;
      value |= (byte & 127) << shift;
      if (byte < 128) break;
      shift += 7;
    }
    store<u32>(to, value);
  }
  return from - start;
}

/** Four planes of the four bytes at `from`, and at each `stride` of 4 or 8 bytes from there. */
function toFourPlanes(from: usize, n: usize, stride: usize, to: usize): void {
  let i: usize = 0;
  for (; i + 4 <= n; i += 4, from += 4 * stride) {
    const first = v128.load(from);
    const words = stride == 4 ? first : v128.shuffle<u32>(first, v128.load(from, 16), 0, 2, 4, 6);
    const bytes = v128.shuffle<u8>(words, words, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    v128.store_lane<u32>(to + i, bytes, 0);
    v128.store_lane<u32>(to + n + i, bytes, 1);
    v128.store_lane<u32>(to + 2 * n + i, bytes, 2);
    v128.store_lane<u32>(to + 3 * n + i, bytes, 3);
  }
  for (; i < n; i++, from += stride) {
    for (let plane: usize = 0; plane < 4; plane++) store<u8>(to + plane * n + i, load<u8>(from + plane));
  }
}

/** Back. */
function fromFourPlanes(from: usize, n: usize, stride: usize, to: usize): void {
  let i: usize = 0;
  for (; i + 4 <= n; i += 4, to += 4 * stride) {
    let bytes = v128.load32_zero(from + i);
    bytes = v128.load_lane<u32>(from + n + i, bytes, 1);
    bytes = v128.load_lane<u32>(from + 2 * n + i, bytes, 2);
    bytes = v128.load_lane<u32>(from + 3 * n + i, bytes, 3);
    const words = v128.shuffle<u8>(bytes, bytes, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    if (stride == 4) v128.store(to, words);
    else {
      v128.store_lane<u32>(to, words, 0);
      v128.store_lane<u32>(to + 8, words, 1);
      v128.store_lane<u32>(to + 16, words, 2);
      v128.store_lane<u32>(to + 24, words, 3);
    }
  }
  for (; i < n; i++, to += stride) {
    for (let plane: usize = 0; plane < 4; plane++) store<u8>(to + plane, load<u8>(from + plane * n + i));
  }
}

/** Transposes `n` values of `size` 4 or 8 bytes: all first bytes, all second bytes, … */
export function toPlanes(from: usize, n: usize, size: usize, to: usize): void {
  toFourPlanes(from, n, size, to);
  if (size == 8) toFourPlanes(from + 4, n, size, to + 4 * n);
}

/** Back. */
export function fromPlanes(from: usize, n: usize, size: usize, to: usize): void {
  fromFourPlanes(from, n, size, to);
  if (size == 8) fromFourPlanes(from + 4 * n, n, size, to + 4);
}
