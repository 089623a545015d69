/**
 * Least and largest value of a column, found by loops over its arrays.
 *
 * @module
 */
import { type Column, fromFloat16Bits, perArrayClass } from "../../columnar/mod.ts";

/** Bytes of a text the index keeps. */
export const TEXT_BYTES = 16;

/** What the index keeps of the values of one column of one batch. For items of a list each may lie outwards of what is there. */
export interface Bounds<V extends number | Uint8Array = number | Uint8Array> {
  /** At most the least value. Of text its first bytes, filled up with zeros. */
  readonly least: V;
  /** At least the largest value. Of text its first bytes, filled up with zeros: longer texts that begin so may be there. */
  readonly most: V;
  /** Values that are neither null nor NaN. */
  readonly values: number;
  /** Values that are NaN. */
  readonly nans: number;
}

/** Of `count` numbers that nobody looked at. */
export function anyNumber(count: number): Bounds<number> {
  return { least: -Infinity, most: Infinity, values: count, nans: count };
}

/** Of `count` texts that nobody looked at. */
export function anyText(count: number): Bounds<Uint8Array> {
  return { least: NO_MOST_TEXT, most: NO_LEAST_TEXT, values: count, nans: 0 };
}

/** Where the kernels leave what they found. */
const found = { least: 0, most: 0, values: 0, nans: 0 };

/**
 * Bounds of the numbers of `column` in rows `[from, to)` whose bit in `validity` is set. Bounds of 64-bit integers beyond
 * 2^53 lie outwards by the precision of a double; all others are values that are there.
 */
export function numberBounds(
  column: Column,
  from: number,
  to: number,
  validity: Uint8Array | undefined,
): Bounds<number> {
  const { type } = column.field;
  if (type.kind === "bool") return boolBounds(column.values as Uint8Array, from, to, validity);
  const values = column.values!;
  if (type.kind === "float" && type.bits === 16) {
    scanHalves(values as Uint16Array, from, to, validity, found);
    return { ...found };
  }
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) {
    scan(values)(values, from, to, validity, found);
    return { ...found };
  }
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  scanWide(words, from, to, validity, values instanceof BigInt64Array, found);
  return { ...found, least: outwards(found.least, -1), most: outwards(found.most, 1) };
}

type Scan = (
  values: ArrayLike<number>,
  from: number,
  to: number,
  validity: Uint8Array | undefined,
  out: typeof found,
) => void;

const scan = perArrayClass<Scan>((values, from, to, validity, out) => {
  let least = Infinity, most = -Infinity;
  let count = 0, nans = 0;
  if (validity === undefined) {
    // Several at a time, so that comparisons do not wait for each other. The sum tells whether any is NaN.
    let least2 = Infinity, most2 = -Infinity, sum = 0;
    let i = from;
    for (; i + 3 < to; i += 4) {
      const a = values[i]!, b = values[i + 1]!, c = values[i + 2]!, d = values[i + 3]!;
      if (a < least) least = a;
      if (a > most) most = a;
      if (b < least2) least2 = b;
      if (b > most2) most2 = b;
      if (c < least) least = c;
      if (c > most) most = c;
      if (d < least2) least2 = d;
      if (d > most2) most2 = d;
      sum += (a + b) + (c + d);
    }
    for (; i < to; i++) {
      const a = values[i]!;
      if (a < least) least = a;
      if (a > most) most = a;
      sum += a;
    }
    if (least2 < least) least = least2;
    if (most2 > most) most = most2;
    count = to - from;
    if (sum !== sum) { for (i = from; i < to; i++) if (values[i] !== values[i]) nans++; }
  } else {
    for (let i = from; i < to; i++) {
      if ((validity[i >>> 3]! >>> (i & 7) & 1) === 0) continue;
      const a = values[i]!;
      count++;
      if (a < least) least = a;
      if (a > most) most = a;
      if (a !== a) nans++;
    }
  }
  out.least = least;
  out.most = most;
  out.values = count - nans;
  out.nans = nans;
});

/** 64-bit integers as pairs of words, low one first: reading them as BigInt takes ten times as long. */
function scanWide(
  words: Int32Array,
  from: number,
  to: number,
  validity: Uint8Array | undefined,
  signed: boolean,
  out: typeof found,
): void {
  let least = Infinity, most = -Infinity;
  let count = 0;
  for (let i = from; i < to; i++) {
    if (validity !== undefined && (validity[i >>> 3]! >>> (i & 7) & 1) === 0) continue;
    const high = words[2 * i + 1]!;
    const value = (signed ? high : high >>> 0) * 0x1_0000_0000 + (words[2 * i]! >>> 0);
    count++;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  out.least = least;
  out.most = most;
  out.values = count;
  out.nans = 0;
}

/** Beyond 2^53 a double stands for several integers. A step of 2^-52 is one of its own steps at least. */
function outwards(value: number, direction: 1 | -1): number {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER || !Number.isFinite(value)) return value;
  return value + direction * Math.abs(value) * Number.EPSILON;
}

function boolBounds(bits: Uint8Array, from: number, to: number, validity: Uint8Array | undefined): Bounds<number> {
  let values = 0, trues = 0;
  for (let i = from; i < to; i++) {
    const valid = validity === undefined ? 1 : validity[i >>> 3]! >>> (i & 7) & 1;
    values += valid;
    trues += bits[i >>> 3]! >>> (i & 7) & valid;
  }
  const least = values === 0 ? Infinity : trues < values ? 0 : 1;
  return { least, most: values === 0 ? -Infinity : trues > 0 ? 1 : 0, values, nans: 0 };
}

const HALF_INFINITY = 0x7c00;

/** Halves by their bits, which without the sign are in the order of the values: to read each as a number takes ten times as long. */
function scanHalves(
  bits: Uint16Array,
  from: number,
  to: number,
  validity: Uint8Array | undefined,
  out: typeof found,
): void {
  let least = 0x10000, most = -0x10000;
  let count = 0, nans = 0;
  for (let i = from; i < to; i++) {
    if (validity !== undefined && (validity[i >>> 3]! >>> (i & 7) & 1) === 0) continue;
    const half = bits[i]!;
    const order = half < 0x8000 ? half : 0x8000 - half;
    count++;
    if (order > HALF_INFINITY || order < -HALF_INFINITY) nans++;
    else {
      if (order < least) least = order;
      if (order > most) most = order;
    }
  }
  out.values = count - nans;
  out.nans = nans;
  out.least = out.values === 0 ? Infinity : halfOf(least);
  out.most = out.values === 0 ? -Infinity : halfOf(most);
}

/** The half at a place of their order. */
function halfOf(order: number): number {
  return fromFloat16Bits(order < 0 ? 0x8000 - order : order);
}

/** Bounds of the texts of `column` in rows `[from, to)` whose bit in `validity` is set, by their UTF-8. */
export function textBounds(
  column: Column,
  from: number,
  to: number,
  validity: Uint8Array | undefined,
): Bounds<Uint8Array> {
  const bytes = column.values as Uint8Array;
  const offsets = column.offsets instanceof BigInt64Array ? Float64Array.from(column.offsets, Number) : column.offsets!;
  if (validity === undefined && isOneText(bytes, offsets, from, to)) {
    const prefix = prefixOf(bytes, offsets[from]!, offsets[from + 1]!);
    return { least: prefix, most: prefix, values: to - from, nans: 0 };
  }
  let least = -1, most = -1;
  let values = 0;
  for (let row = from; row < to; row++) {
    if (validity !== undefined && (validity[row >>> 3]! >>> (row & 7) & 1) === 0) continue;
    values++;
    if (least < 0) least = most = row;
    else if (comparePrefixes(bytes, offsets, row, least) < 0) least = row;
    else if (comparePrefixes(bytes, offsets, row, most) > 0) most = row;
  }
  if (values === 0) return { least: NO_LEAST_TEXT, most: NO_MOST_TEXT, values: 0, nans: 0 };
  return {
    least: prefixOf(bytes, offsets[least]!, offsets[least + 1]!),
    most: prefixOf(bytes, offsets[most]!, offsets[most + 1]!),
    values,
    nans: 0,
  };
}

/** Stands above every text: of a column without values. */
export const NO_LEAST_TEXT: Uint8Array = new Uint8Array(TEXT_BYTES).fill(0xff);
/** Stands below every other text: of a column without values. */
export const NO_MOST_TEXT: Uint8Array = new Uint8Array(TEXT_BYTES);

/** Whether all rows hold the same text, as names of frames do. */
function isOneText(bytes: Uint8Array, offsets: ArrayLike<number>, from: number, to: number): boolean {
  if (from === to) return false;
  const start = offsets[from]!;
  const length = offsets[from + 1]! - start;
  for (let row = from + 1; row <= to; row++) if (offsets[row] !== start + length * (row - from)) return false;
  const end = offsets[to]!;
  // Four texts on end are a whole number of words, whatever their length: words are compared with those so far before.
  const wordwise = start + 4 * length;
  let at = start + length;
  if ((bytes.byteOffset + start) % 4 === 0 && wordwise <= end) {
    for (; at < wordwise; at++) if (bytes[at] !== bytes[at - length]) return false;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, (end - start) >>> 2);
    for (let i = length; i < words.length; i++) if (words[i] !== words[i - length]) return false;
    at = start + 4 * words.length;
  }
  for (; at < end; at++) if (bytes[at] !== bytes[at - length]) return false;
  return true;
}

function comparePrefixes(bytes: Uint8Array, offsets: ArrayLike<number>, a: number, b: number): number {
  const [fromA, fromB] = [offsets[a]!, offsets[b]!];
  const [lengthA, lengthB] = [offsets[a + 1]! - fromA, offsets[b + 1]! - fromB];
  const length = Math.min(lengthA, lengthB, TEXT_BYTES);
  for (let i = 0; i < length; i++) {
    const difference = bytes[fromA + i]! - bytes[fromB + i]!;
    if (difference !== 0) return difference;
  }
  return Math.min(lengthA, TEXT_BYTES) - Math.min(lengthB, TEXT_BYTES);
}

function prefixOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const prefix = new Uint8Array(TEXT_BYTES);
  prefix.set(bytes.subarray(from, Math.min(to, from + TEXT_BYTES)));
  return prefix;
}
