/**
 * Rows of a column in another order.
 *
 * @module
 */
import { bitAt, bitmapBytes } from "./bitmap.ts";
import { SchemaError } from "./errors.ts";
import { layoutOf, makeColumn, offsetAt } from "./layout.ts";
import type { Column } from "./types.ts";

/**
 * The rows of `column` at `indices`; -1 is null. Returns a copy.
 *
 * @throws {SchemaError} `schema.unsupported_type` for unions, runs and views.
 */
export function takeColumn(column: Column, indices: Int32Array): Column {
  const { field, children } = column;
  const length = indices.length;
  const base = takeValidity(column, indices);
  const layout = layoutOf(field.type);
  switch (layout.kind) {
    case "none":
      return makeColumn(field, length);
    case "fixed": {
      const { stride } = layout;
      const values = new layout.array(length * stride) as Float64Array;
      const source = column.values as Float64Array;
      indices.forEach((index, i) => {
        if (index >= 0) { for (let k = 0; k < stride; k++) values[i * stride + k] = source[index * stride + k]!; }
      });
      return makeColumn(field, length, { ...base, values, children });
    }
    case "bits":
      return makeColumn(field, length, { ...base, values: takeBits(column.values as Uint8Array, indices) });
    case "bytes": {
      const { offsets, items } = takeItems(column, indices, layout.wide);
      const source = column.values as Uint8Array;
      const values = new Uint8Array(items.length);
      for (let i = 0; i < items.length; i++) values[i] = source[items[i]!]!;
      return makeColumn(field, length, { ...base, offsets, values });
    }
    case "list": {
      const { offsets, items } = takeItems(column, indices, layout.wide);
      return makeColumn(field, length, { ...base, offsets, children: [takeColumn(children[0]!, items)] });
    }
    case "fixedSizeList": {
      const { size } = layout;
      const items = new Int32Array(length * size);
      indices.forEach((index, i) => {
        for (let k = 0; k < size; k++) items[i * size + k] = index < 0 ? -1 : index * size + k;
      });
      return makeColumn(field, length, { ...base, children: [takeColumn(children[0]!, items)] });
    }
    case "struct":
      return makeColumn(field, length, { ...base, children: children.map((child) => takeColumn(child, indices)) });
    default:
      throw new SchemaError(
        "schema.unsupported_type",
        `Cannot reorder column "${field.name}": it is of type ${field.type.kind}`,
        { field: field.name, type: field.type.kind },
      );
  }
}

function takeValidity(column: Column, indices: Int32Array): Partial<Column> {
  const validity = new Uint8Array(bitmapBytes(indices.length));
  let nullCount = 0;
  indices.forEach((index, i) => {
    if (index < 0 || (column.validity !== undefined && !bitAt(column.validity, index))) nullCount++;
    else validity[i >>> 3]! |= 1 << (i & 7);
  });
  return nullCount === 0 ? {} : { validity, nullCount };
}

function takeBits(bits: Uint8Array, indices: Int32Array): Uint8Array {
  const taken = new Uint8Array(bitmapBytes(indices.length));
  indices.forEach((index, i) => {
    if (index >= 0 && bitAt(bits, index)) taken[i >>> 3]! |= 1 << (i & 7);
  });
  return taken;
}

/** Offsets of the taken rows, and which items they hold. */
function takeItems(
  column: Column,
  indices: Int32Array,
  wide: boolean,
): { offsets: Int32Array | BigInt64Array; items: Int32Array } {
  const starts = column.offsets!;
  const ends = new Int32Array(indices.length + 1);
  indices.forEach((index, i) => {
    ends[i + 1] = ends[i]! + (index < 0 ? 0 : offsetAt(starts, index + 1) - offsetAt(starts, index));
  });
  const items = new Int32Array(ends[indices.length]!);
  indices.forEach((index, i) => {
    for (let at = ends[i]!, item = offsetAt(starts, Math.max(index, 0)); at < ends[i + 1]!; at++) items[at] = item++;
  });
  return { offsets: wide ? BigInt64Array.from(ends, BigInt) : ends, items };
}
