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

/** Columns that can have a state, and rings that are told apart. */
const COLUMNS: usize = 16;
const RINGS: usize = 1024;
/** Latest value of each ring of each column; the first of a column also serves as the latest of all. */
const states: usize = memory.data(65536, 16);

/** First address the caller may use. */
export function heapBase(): usize {
  return (__heap_base + 63) & ~63;
}

/** Forgets the latest values. Call before each cloud. */
export function reset(): void {
  memory.fill(states, 0, COLUMNS * RINGS * 4);
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

/** Ones where a float32 has a step. */
function near4(values: v128, inverse: v128): v128 {
  const low = f64x2.mul(f64x2.promote_low_f32x4(values), inverse);
  const high = f64x2.mul(f64x2.promote_low_f32x4(v128.shuffle<u64>(values, values, 1, 1)), inverse);
  const limit = f64x2.splat(MAX_STEP);
  return v128.shuffle<u32>(f64x2.lt(f64x2.abs(low), limit), f64x2.lt(f64x2.abs(high), limit), 0, 2, 4, 6);
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
  const anyExact = exact ? nothing : i32x4.splat(-1), anyZero = zeros ? nothing : i32x4.splat(-1);
  const plain = !exact && !zeros;
  let any = nothing, all = i32x4.splat(-1);
  let masked: u32 = 0;
  memory.fill(from + (n << 2), 0, 32); // what pads the last eight has a step, or is a masked 0
  for (let i: usize = 0; i < n; i += 8) {
    const p = from + (i << 2);
    let a = v128.load(p), b = v128.load(p, 16);
    const aSteps = quantise4(a, inverse), bSteps = quantise4(b, inverse);
    v128.store(to + (i << 2), aSteps);
    v128.store(to + (i << 2), bSteps, 16);
    let aKept = near4(a, inverse), bKept = near4(b, inverse);
    if (!plain) {
      const aZero = v128.andnot(f32x4.eq(a, nothing), anyZero), bZero = v128.andnot(f32x4.eq(b, nothing), anyZero);
      aKept = v128.andnot(v128.and(aKept, v128.or(i32x4.eq(restore4(aSteps, factor), a), anyExact)), aZero);
      bKept = v128.andnot(v128.and(bKept, v128.or(i32x4.eq(restore4(bSteps, factor), b), anyExact)), bZero);
      a = v128.andnot(a, aZero);
      b = v128.andnot(b, bZero);
      v128.store(p, a);
      v128.store(p, b, 16);
    }
    if (i32x4.all_true(v128.and(aKept, bKept))) {
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
  if (size == 1) { for (let i: usize = 0; i < n; i++) store<u32>(to + (i << 2), load<u8>(from + i)); }
  else for (let i: usize = 0; i < n; i++) store<u32>(to + (i << 2), load<u16>(from + (i << 1)));
}

/** Back; higher bits are dropped. */
export function narrow(from: usize, n: usize, size: usize, to: usize): void {
  if (size == 1) { for (let i: usize = 0; i < n; i++) store<u8>(to + i, <u8> load<u32>(from + (i << 2))); }
  else for (let i: usize = 0; i < n; i++) store<u16>(to + (i << 1), <u16> load<u32>(from + (i << 2)));
}

// ----------------------------------------------------------------------------------------------------- masking

function gatherOf<T>(from: usize, n: usize, mask: usize, flip: u32, to: usize): usize {
  const start = to;
  for (const end = from + n * sizeof<T>(); from < end; from += 8 * sizeof<T>(), mask++) {
    let bits = <u32> load<u8>(mask) ^ flip;
    if (end - from < 8 * sizeof<T>()) bits &= (<u32> 1 << <u32> ((end - from) / sizeof<T>())) - 1;
    if (bits == 0) continue;
    for (let i: usize = 0; i < 8; i++) { // written in any case, kept when the bit is set
      store<T>(to, load<T>(from + i * sizeof<T>()));
      to += <usize> ((bits >> <u32> i) & 1) * sizeof<T>();
    }
  }
  return (to - start) / sizeof<T>();
}

/** Copies those of `n` values of `size` 2, 4 or 8 bytes whose bit in `mask` is `wanted`; returns how many. */
export function gather(from: usize, n: usize, size: usize, mask: usize, wanted: bool, to: usize): usize {
  const flip: u32 = wanted ? 0 : 255;
  if (size == 2) return gatherOf<u16>(from, n, mask, flip, to);
  if (size == 4) return gatherOf<u32>(from, n, mask, flip, to);
  return gatherOf<u64>(from, n, mask, flip, to);
}

function mergeOf<T>(clear: usize, set: usize, setStep: usize, n: usize, mask: usize, to: usize): void {
  for (const end = to + n * sizeof<T>(); to < end; to += 8 * sizeof<T>(), mask++) {
    const bits = <usize> load<u8>(mask);
    if (bits == 0) {
      memory.copy(to, clear, 8 * sizeof<T>());
      clear += 8 * sizeof<T>();
      continue;
    }
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
  const setStep: usize = repeat ? 0 : size;
  if (size == 4) mergeOf<u32>(clear, set, setStep, n, mask, to);
  else mergeOf<u64>(clear, set, setStep, n, mask, to);
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
  for (let i: usize = 0; i < n >> 3; i++) count += popcnt<u32>(load<u8>(mask + i));
  if (n & 7) count += popcnt<u32>(<u32> load<u8>(mask + (n >> 3)) & ((<u32> 1 << <u32> (n & 7)) - 1));
  return count;
}

// -------------------------------------------------------------------------------------------------- predicting

function zigzag(d: i32): u32 {
  return (d << 1) ^ (d >> 31);
}

function unzigzag(z: u32): i32 {
  return <i32> (z >> 1) ^ -(<i32> (z & 1));
}

/** Differences of `n` values at `from` to the value before, zigzag, to `to`. */
export function differ(column: usize, from: usize, n: usize, to: usize): void {
  const state = states + column * RINGS * 4;
  let last = load<i32>(state);
  let i: usize = 0;
  let before = i32x4.splat(last);
  for (; i + 4 <= n; i += 4) {
    const values = v128.load(from + (i << 2));
    const d = i32x4.sub(values, v128.shuffle<u32>(before, values, 3, 4, 5, 6));
    v128.store(to + (i << 2), v128.xor(i32x4.shl(d, 1), i32x4.shr_s(d, 31)));
    before = values;
  }
  last = i32x4.extract_lane(before, 3);
  for (; i < n; i++) {
    const value = load<i32>(from + (i << 2));
    store<u32>(to + (i << 2), zigzag(value - last));
    last = value;
  }
  store<i32>(state, last);
}

/** Back. */
export function sum(column: usize, from: usize, n: usize, to: usize): void {
  const state = states + column * RINGS * 4;
  let last = load<i32>(state);
  let i: usize = 0;
  let base = i32x4.splat(last);
  const zero = i32x4.splat(0), one = i32x4.splat(1);
  for (; i + 4 <= n; i += 4) {
    const z = v128.load(from + (i << 2));
    let d = v128.xor(i32x4.shr_u(z, 1), i32x4.neg(v128.and(z, one)));
    d = i32x4.add(d, v128.shuffle<u32>(zero, d, 0, 4, 5, 6));
    d = i32x4.add(d, v128.shuffle<u32>(zero, d, 0, 1, 4, 5));
    d = i32x4.add(d, base);
    v128.store(to + (i << 2), d);
    base = v128.shuffle<u32>(d, d, 3, 3, 3, 3);
  }
  last = i32x4.extract_lane(base, 3);
  for (; i < n; i++) {
    last += unzigzag(load<u32>(from + (i << 2)));
    store<i32>(to + (i << 2), last);
  }
  store<i32>(state, last);
}

/** Differences to the latest value of the same ring (u16 at `rings`, modulo RINGS). */
export function differByRing(column: usize, from: usize, rings: usize, n: usize, to: usize): void {
  const state = states + column * RINGS * 4;
  for (const end = from + (n << 2); from < end; from += 4, rings += 2, to += 4) {
    const last = state + ((<usize> load<u16>(rings) & (RINGS - 1)) << 2);
    const value = load<i32>(from);
    store<u32>(to, zigzag(value - load<i32>(last)));
    store<i32>(last, value);
  }
}

/** Back. */
export function sumByRing(column: usize, from: usize, rings: usize, n: usize, to: usize): void {
  const state = states + column * RINGS * 4;
  for (const end = from + (n << 2); from < end; from += 4, rings += 2, to += 4) {
    const last = state + ((<usize> load<u16>(rings) & (RINGS - 1)) << 2);
    const value = load<i32>(last) + unzigzag(load<u32>(from));
    store<i32>(last, value);
    store<i32>(to, value);
  }
}

// ----------------------------------------------------------------------------------------------------- packing

/** Values of a block that share a width. */
const BLOCK: usize = 32;

/** Four numbers of `width` bits, at most 16, from a vector to the low bits of one word. */
function join4(values: v128, width: u32): u64 {
  const pairs = v128.or(v128.and(values, i64x2.splat(0xffffffff)), i64x2.shr_u(values, 32 - width));
  return i64x2.extract_lane(pairs, 0) | (i64x2.extract_lane(pairs, 1) << (2 * width));
}

/** Back; higher bits of `word` do not matter. */
function split4(word: u64, width: u32, mask: v128, highMask: v128): v128 {
  const pairs = i64x2.replace_lane(i64x2.splat(word), 1, word >> (2 * width));
  return v128.or(v128.and(pairs, mask), v128.and(i64x2.shl(pairs, 32 - width), highMask));
}

/** Packs `n` u32 at `from` in blocks of 32, each a byte with the width and the values' low bits. Returns the length. */
export function packBits(from: usize, n: usize, to: usize): usize {
  const start = to;
  const end = from + (n << 2);
  for (; from < end; from += BLOCK * 4) {
    const count = min<usize>(BLOCK, (end - from) >> 2);
    if (count < BLOCK) memory.fill(end, 0, (BLOCK - count) << 2);
    let any = v128.load(from);
    for (let i: usize = 16; i < BLOCK * 4; i += 16) any = v128.or(any, v128.load(from + i));
    any = v128.or(any, v128.shuffle<u32>(any, any, 2, 3, 0, 1));
    const width: u32 = 32 - clz<u32>(i32x4.extract_lane(any, 0) | i32x4.extract_lane(any, 1));
    store<u8>(to, <u8> width);
    to++;
    if (width > 16) {
      let word: u64 = 0;
      let bits: u32 = 0;
      for (let i: usize = 0; i < count; i++) {
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
      to += (bits + 7) >> 3;
      continue;
    }
    // Eight values take just `width` bytes. The last ones of a short block are zeros, and are cut off.
    let p = to;
    for (let i: usize = 0; i < count; i += 8, p += width) {
      const low = join4(v128.load(from + (i << 2)), width);
      const high = join4(v128.load(from + (i << 2), 16), width);
      if (width <= 8) store<u64>(p, low | (high << (4 * width)));
      else {
        store<u64>(p, low);
        const half = <usize> width >> 1;
        store<u64>(p + half, width & 1 ? (low >> (half << 3)) | (high << 4) : high);
      }
    }
    to += (<usize> width * count + 7) >> 3;
  }
  return to - start;
}

/** Back, from at most `available` bytes. Returns how many were used, or 0 when the bytes do not hold `n` values. */
export function unpackBits(from: usize, available: usize, n: usize, to: usize): usize {
  const start = from;
  const end = from + available;
  for (let left = n; left > 0;) {
    const count = min<usize>(BLOCK, left);
    left -= count;
    if (from >= end) return 0;
    const width = <u32> load<u8>(from);
    from++;
    const size = (<usize> width * count + 7) >> 3;
    if (width > 32 || size > end - from) return 0;
    if (width == 0) memory.fill(to, 0, BLOCK << 2);
    else if (width > 16) {
      const mask: u64 = ~(<u64> 0) >> (64 - width);
      for (let i: usize = 0, bit: usize = 0; i < count; i++, bit += width) {
        store<u32>(to + (i << 2), <u32> ((load<u64>(from + (bit >> 3)) >> (bit & 7)) & mask));
      }
    } else {
      const mask = i64x2.splat((<u64> 1 << width) - 1), highMask = i64x2.shl(mask, 32);
      const half = <usize> width >> 1, odd = <u64> (width & 1) << 2;
      for (let i: usize = 0, p = from; i < BLOCK; i += 8, p += width) {
        v128.store(to + (i << 2), split4(load<u64>(p), width, mask, highMask));
        v128.store(to + (i << 2), split4(load<u64>(p + half) >> odd, width, mask, highMask), 16);
      }
    }
    from += size;
    to += BLOCK << 2;
  }
  return from - start;
}

/** Packs `n` u32 at `from`, seven bits a byte, the lowest first; a byte's top bit says that more follow. */
export function packBytes(from: usize, n: usize, to: usize): usize {
  const start = to;
  for (const end = from + (n << 2); from < end; from += 4) {
    let value = load<u32>(from);
    while (value >= 128) {
      store<u8>(to, <u8> (value | 128));
      to++;
      value >>= 7;
    }
    store<u8>(to, <u8> value);
    to++;
  }
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
