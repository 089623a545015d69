/**
 * Conditions on whole columns: loops over their arrays that leave one byte a row.
 *
 * @module
 */
import { utf8 } from "../../base/mod.ts";
import { type Column, perArrayClass } from "../../columnar/mod.ts";
import { compileCondition, type Condition, MAX_LIST_LENGTH } from "./condition.ts";
import { doubleSpans, type Span, wideSpans } from "./number_spans.ts";
import { isNull, valueReader } from "./value_reader.ts";

/** Says of each row of a column whether it fulfils a condition. Null does not. */
export type LeafTest = (column: Column) => Uint8Array;

/** Compiles a condition for columns of any type; what depends on the type is worked out for the first column of it. */
export function compileLeafTest(condition: Condition): LeafTest {
  let numbers: ((values: ArrayLike<number>, mask: Uint8Array) => void) | undefined;
  let wide: ((words: Int32Array, signed: boolean, mask: Uint8Array) => void) | undefined;
  let text: TextTest | undefined;
  return (column) => {
    const mask = new Uint8Array(column.length);
    const { type } = column.field;
    if (column.nullCount === column.length) return mask;
    switch (type.kind) {
      case "int":
      case "date":
      case "time":
      case "timestamp":
      case "duration":
      case "float": {
        const values = column.values!;
        if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
          const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
          (wide ??= wideTest(condition))(words, values instanceof BigInt64Array, mask);
        } else {
          const half = type.kind === "float" && type.bits === 16;
          (numbers ??= numberTest(condition))(half ? halves(values as Uint16Array) : values, mask);
        }
        clearNulls(column, mask);
        return mask;
      }
      case "bool":
        testBooleans(condition, column.values as Uint8Array, mask);
        clearNulls(column, mask);
        return mask;
      case "utf8":
        (text ??= textTest(condition))(column, mask);
        clearNulls(column, mask);
        return mask;
      default:
        testValues(condition, column, mask);
        return mask;
    }
  };
}

/** Takes the rows of `mask` away that are null in `column`. */
export function clearNulls(column: Column, mask: Uint8Array): void {
  const { validity } = column;
  if (column.nullCount === 0) return;
  if (validity === undefined) {
    mask.fill(0);
    return;
  }
  for (let row = 0; row < mask.length; row++) mask[row]! &= validity[row >>> 3]! >>> (row & 7);
}

function halves(bits: Uint16Array): ArrayLike<number> {
  return new Float16Array(bits.buffer as ArrayBuffer, bits.byteOffset, bits.length);
}

type NumberKernel = (values: ArrayLike<number>, first: number, last: number, mask: Uint8Array) => void;

const above = perArrayClass<NumberKernel>((values, first, _last, mask) => {
  for (let row = 0; row < mask.length; row++) mask[row] = values[row]! >= first ? 1 : 0;
});
const below = perArrayClass<NumberKernel>((values, _first, last, mask) => {
  for (let row = 0; row < mask.length; row++) mask[row] = values[row]! <= last ? 1 : 0;
});
const between = perArrayClass<NumberKernel>((values, first, last, mask) => {
  for (let row = 0; row < mask.length; row++) {
    const value = values[row]!;
    mask[row] = value >= first && value <= last ? 1 : 0;
  }
});
const amongMany = perArrayClass<(values: ArrayLike<number>, ends: Float64Array, mask: Uint8Array) => void>(
  (values, ends, mask) => {
    for (let row = 0; row < mask.length; row++) {
      const value = values[row]!;
      // The last span that begins at the value or before.
      let low = 0, high = ends.length >> 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (ends[2 * middle]! <= value) low = middle + 1;
        else high = middle;
      }
      mask[row] = low > 0 && value <= ends[2 * low - 1]! ? 1 : 0;
    }
  },
);

function numberTest(condition: Condition): (values: ArrayLike<number>, mask: Uint8Array) => void {
  const { spans, outside } = doubleSpans(condition);
  const inside = (values: ArrayLike<number>, mask: Uint8Array): void => {
    if (spans.length === 0) return;
    if (spans.length > 1) return amongMany(values)(values, Float64Array.from(spans.flat()), mask);
    const [first, last] = spans[0]!;
    const kernel = last === Infinity ? above : first === -Infinity ? below : between;
    kernel(values)(values, first, last, mask);
  };
  return outside
    ? (values, mask) => {
      inside(values, mask);
      for (let row = 0; row < mask.length; row++) mask[row]! ^= 1;
    }
    : inside;
}

/** 64-bit integers are compared by their words: reading them as BigInt takes ten times as long. */
function wideTest(condition: Condition): (words: Int32Array, signed: boolean, mask: Uint8Array) => void {
  const { spans, outside } = wideSpans(condition);
  return (words, signed, mask) => {
    const [least, most] = signed ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
    for (const [first, last] of spans) {
      if (last < least || first > most) continue;
      addWide(words, signed, [first < least ? least : first, last > most ? most : last], mask);
    }
    if (outside) { for (let row = 0; row < mask.length; row++) mask[row]! ^= 1; }
  };
}

function addWide(words: Int32Array, signed: boolean, [first, last]: Span<bigint>, mask: Uint8Array): void {
  // Flipping the sign bit gives integers without sign the order of those with one.
  const flip = signed ? 0 : 0x8000_0000 | 0;
  const firstHigh = Number(BigInt.asIntN(32, first >> 32n)) ^ flip, firstLow = Number(BigInt.asUintN(32, first));
  const lastHigh = Number(BigInt.asIntN(32, last >> 32n)) ^ flip, lastLow = Number(BigInt.asUintN(32, last));
  for (let row = 0; row < mask.length; row++) {
    const high = words[2 * row + 1]! ^ flip;
    const low = words[2 * row]! >>> 0;
    if (high < firstHigh || high > lastHigh) continue;
    if (high === firstHigh && low < firstLow) continue;
    if (high === lastHigh && low > lastLow) continue;
    mask[row] = 1;
  }
}

function testBooleans(condition: Condition, bits: Uint8Array, mask: Uint8Array): void {
  const fits = compileCondition(condition);
  const ofTrue = fits(true) ? 1 : 0, ofFalse = fits(false) ? 1 : 0;
  for (let row = 0; row < mask.length; row++) {
    mask[row] = (bits[row >>> 3]! >>> (row & 7) & 1) === 1 ? ofTrue : ofFalse;
  }
}

type TextTest = (column: Column, mask: Uint8Array) => void;

function textTest(condition: Condition): TextTest {
  const fits = bytesTest(condition);
  return (column, mask) => {
    const bytes = column.values as Uint8Array;
    const offsets = column.offsets as Int32Array;
    let from = 0, length = -1;
    let verdict = 0;
    for (let row = 0; row < mask.length; row++) {
      const start = offsets[row]!, size = offsets[row + 1]! - start;
      // Text often repeats from row to row, the names of frames above all.
      if (size !== length || !isSame(bytes, from, start, size)) {
        verdict = fits(bytes, start, start + size) ? 1 : 0;
        from = start;
        length = size;
      }
      mask[row] = verdict;
    }
  };
}

function isSame(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a condition says of one text. UTF-8 stands in the order of its code points, so bytes are compared. */
function bytesTest(condition: Condition): (bytes: Uint8Array, from: number, to: number) => boolean {
  const text = (operand: unknown) => typeof operand === "string" ? utf8(operand) : undefined;
  const never = () => false;
  switch (condition.operator) {
    case "$eq":
    case "$neq": {
      const operand = text(condition.operand);
      if (operand === undefined) return never;
      const wanted = condition.operator === "$eq";
      return (bytes, from, to) => (compare(bytes, from, to, operand) === 0) === wanted;
    }
    case "$in": {
      const items = condition.operand.flatMap((item) => text(item) ?? []);
      return (bytes, from, to) => items.some((item) => compare(bytes, from, to, item) === 0);
    }
    case "$lt":
    case "$leq":
    case "$gt":
    case "$geq": {
      const operand = text(condition.operand);
      if (operand === undefined) return never;
      const wanted = condition.operator.startsWith("$l") ? -1 : 1;
      const orEqual = condition.operator.endsWith("eq");
      return (bytes, from, to) => {
        const order = compare(bytes, from, to, operand);
        return order === 0 ? orEqual : Math.sign(order) === wanted;
      };
    }
    case "$between":
    case "$outside": {
      const [first, last] = condition.operand.map(text);
      if (first === undefined || last === undefined) return never;
      return condition.operator === "$between"
        ? (bytes, from, to) => compare(bytes, from, to, first) >= 0 && compare(bytes, from, to, last) <= 0
        : (bytes, from, to) => compare(bytes, from, to, first) < 0 || compare(bytes, from, to, last) > 0;
    }
    default: {
      const fits = compileCondition(condition);
      return (bytes, from, to) => fits(decoder.decode(bytes.subarray(from, to)));
    }
  }
}

function compare(bytes: Uint8Array, from: number, to: number, operand: Uint8Array): number {
  const length = Math.min(to - from, operand.length);
  for (let i = 0; i < length; i++) {
    const difference = bytes[from + i]! - operand[i]!;
    if (difference !== 0) return difference;
  }
  return to - from - operand.length;
}

/** Columns of other types, value by value. */
function testValues(condition: Condition, column: Column, mask: Uint8Array): void {
  const read = valueReader(column, MAX_LIST_LENGTH);
  if (read === undefined) return;
  const fits = compileCondition(condition);
  for (let row = 0; row < mask.length; row++) {
    if (column.nullCount > 0 && isNull(column, row)) continue;
    mask[row] = fits(read(row)) ? 1 : 0;
  }
}
