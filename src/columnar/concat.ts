/**
 * Columns of one type joined end to end.
 *
 * @module
 */
import { bitmapBytes, copyBits } from "./bitmap.ts";
import { hasValidity, layoutOf, makeColumn, offsetAt, type ValueArrayConstructor } from "./layout.ts";
import type { Column, ValueArray } from "./types.ts";

/** The rows of `columns`, at least one, all of one type, in order. Returns a copy. */
export function concatColumns(columns: readonly Column[]): Column {
  const { field } = columns[0]!;
  const length = columns.reduce((sum, column) => sum + column.length, 0);
  const layout = layoutOf(field.type);
  const base = hasValidity(field.type) ? concatValidity(columns, length) : {};
  switch (layout.kind) {
    case "none":
      return makeColumn(field, length);
    case "fixed": {
      const values = joined(layout.array, columns.map((each) => each.values!.subarray(0, each.length * layout.stride)));
      // The longest dictionary holds what the earlier, shorter ones held.
      return makeColumn(field, length, { ...base, values, children: columns.at(-1)!.children });
    }
    case "bits": {
      const values = new Uint8Array(bitmapBytes(length));
      let at = 0;
      for (const each of columns) {
        copyBits(values, at, each.values as Uint8Array, each.length);
        at += each.length;
      }
      return makeColumn(field, length, { ...base, values });
    }
    case "bytes": {
      const offsets = concatOffsets(columns, length, layout.wide, (each) => offsetAt(each.offsets!, each.length));
      const ends = columns.map((each) => each.values!.subarray(0, offsetAt(each.offsets!, each.length)));
      return makeColumn(field, length, { ...base, offsets, values: joined(Uint8Array, ends) });
    }
    case "list":
      return makeColumn(field, length, {
        ...base,
        offsets: concatOffsets(columns, length, layout.wide, (each) => each.children[0]!.length),
        children: concatChildren(columns),
      });
    case "listView": {
      const array = layout.wide ? BigInt64Array : Int32Array;
      const shifts = starts(columns.map((each) => each.children[0]!.length));
      const offsets = columns.map((each, i) => shifted(each.offsets!.slice(0, each.length), shifts[i]!));
      const extra = columns.map((each) => each.extra!.subarray(0, each.length));
      return makeColumn(field, length, {
        ...base,
        offsets: joined(array, offsets) as Int32Array | BigInt64Array,
        extra: joined(array, extra),
        children: concatChildren(columns),
      });
    }
    case "fixedSizeList":
    case "struct":
      return makeColumn(field, length, { ...base, children: concatChildren(columns) });
    case "union":
      return concatUnions(columns, length, layout.dense);
    case "runEndEncoded":
      return concatRuns(columns, length);
    case "view":
      return concatViews(columns, length, base);
  }
}

function concatValidity(columns: readonly Column[], length: number): Partial<Column> {
  const nullCount = columns.reduce((sum, column) => sum + column.nullCount, 0);
  if (nullCount === 0) return {};
  const validity = new Uint8Array(bitmapBytes(length));
  let at = 0;
  for (const column of columns) {
    copyBits(validity, at, column.validity, column.length);
    at += column.length;
  }
  return { validity, nullCount };
}

function concatChildren(columns: readonly Column[]): Column[] {
  return columns[0]!.children.map((_, i) => concatColumns(columns.map((column) => column.children[i]!)));
}

function concatOffsets(
  columns: readonly Column[],
  length: number,
  wide: boolean,
  sizeOf: (column: Column) => number,
): Int32Array | BigInt64Array {
  const offsets = new (wide ? BigInt64Array : Int32Array)(length + 1);
  const shifts = starts(columns.map(sizeOf));
  let at = 0;
  columns.forEach((column, k) => {
    for (let i = 0; i <= column.length; i++) put(offsets, at + i, offsetAt(column.offsets!, i) + shifts[k]!);
    at += column.length;
  });
  return offsets;
}

function concatUnions(columns: readonly Column[], length: number, dense: boolean): Column {
  const { field } = columns[0]!;
  const extra = joined(Int8Array, columns.map((each) => each.extra!.subarray(0, each.length)));
  const children = concatChildren(columns);
  if (!dense || field.type.kind !== "union") return makeColumn(field, length, { extra, children });
  const { typeIds } = field.type;
  const shifts = typeIds.map((_, child) => starts(columns.map((each) => each.children[child]!.length)));
  const offsets = columns.map((each, k) =>
    Int32Array.from(
      { length: each.length },
      (_, i) => offsetAt(each.offsets!, i) + shifts[typeIds.indexOf(Number(each.extra![i]))]![k]!,
    )
  );
  return makeColumn(field, length, { extra, children, offsets: joined(Int32Array, offsets) as Int32Array });
}

function concatRuns(columns: readonly Column[], length: number): Column {
  const shifts = starts(columns.map((column) => column.length));
  const runEnds = columns.map((column, k) => {
    const ends = column.children[0]!;
    // A run may reach past its column's last row; the next column's rows begin there.
    const cut = ends.values!.slice(0, ends.length);
    for (let i = 0; i < cut.length; i++) put(cut, i, Math.min(offsetAt(cut, i), column.length));
    return makeColumn(ends.field, ends.length, { values: shifted(cut, shifts[k]!) });
  });
  const values = columns.map((column) => column.children[1]!);
  return makeColumn(columns[0]!.field, length, { children: [concatColumns(runEnds), concatColumns(values)] });
}

function concatViews(columns: readonly Column[], length: number, base: Partial<Column>): Column {
  const values = joined(Int32Array, columns.map((each) => each.values!.subarray(0, 4 * each.length))) as Int32Array;
  let at = 0;
  let buffers = 0;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      if (values[4 * (at + i)]! > 12) values[4 * (at + i) + 2]! += buffers;
    }
    at += column.length;
    buffers += column.variadic?.length ?? 0;
  }
  const variadic = columns.flatMap((column) => column.variadic ?? []);
  return makeColumn(columns[0]!.field, length, { ...base, values, variadic });
}

/** Where each piece starts when pieces of these lengths are joined. */
function starts(lengths: readonly number[]): number[] {
  let sum = 0;
  return lengths.map((length) => (sum += length) - length);
}

function shifted<A extends ValueArray>(values: A, by: number): A {
  if (by > 0) { for (let i = 0; i < values.length; i++) put(values, i, offsetAt(values, i) + by); }
  return values;
}

function put(array: ValueArray, i: number, value: number): void {
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) array[i] = BigInt(value);
  else array[i] = value;
}

function joined(array: ValueArrayConstructor, pieces: readonly ValueArray[]): ValueArray {
  const out = new array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    (out as Uint8Array).set(piece as Uint8Array, at);
    at += piece.length;
  }
  return out;
}
