/**
 * Arrays of zeros that share one buffer: what a column holds in which no row has a value, without memory of its own.
 *
 * @module
 */
import { bitmapBytes } from "../bitmap.ts";
import { layoutOf, makeColumn, type ValueArrayConstructor } from "../layout.ts";
import type { Column, DataType, Field, ValueArray } from "../types.ts";

let shared = new ArrayBuffer(0);
const buffers = new WeakSet<ArrayBufferLike>([shared]);

/** `length` zeros. Shared: never written to, never transferred. */
export function zeros(array: ValueArrayConstructor, length: number): ValueArray {
  const bytes = length * array.BYTES_PER_ELEMENT;
  if (bytes > shared.byteLength) {
    shared = new ArrayBuffer(2 ** Math.ceil(Math.log2(bytes)));
    buffers.add(shared);
  }
  return new array(shared, 0, length);
}

/** Whether `array` is of {@linkcode zeros}, so that its length says all of it. */
export function isZeros(array: ArrayBufferView): boolean {
  return buffers.has(array.buffer);
}

/** A column of `length` rows none of which was written: null where the field may be, else zero. */
export function blankColumn(field: Field, length: number): Column {
  const parts = blankParts(field.type, length);
  if (!field.nullable || length === 0) return makeColumn(field, length, parts);
  const validity = zeros(Uint8Array, bitmapBytes(length)) as Uint8Array;
  return makeColumn(field, length, { ...parts, nullCount: length, validity });
}

function blankParts(type: DataType, length: number): Partial<Column> {
  switch (type.kind) {
    case "bool":
      return { values: zeros(Uint8Array, bitmapBytes(length)) };
    case "utf8":
    case "binary":
      return { offsets: zeros(Int32Array, length + 1) as Int32Array, values: zeros(Uint8Array, 0) };
    case "list":
      return { offsets: zeros(Int32Array, length + 1) as Int32Array, children: [blankColumn(type.item, 0)] };
    case "map":
      return { offsets: zeros(Int32Array, length + 1) as Int32Array, children: [blankColumn(type.entries, 0)] };
    case "fixedSizeList":
      return { children: [blankColumn(type.item, length * type.size)] };
    case "struct":
      return { children: type.fields.map((member) => blankColumn(member, length)) };
    default: {
      const layout = layoutOf(type);
      return layout.kind === "fixed" ? { values: zeros(layout.array, length) } : {};
    }
  }
}
