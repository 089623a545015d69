/**
 * Which buffers and children a type has: everything that moves columns about switches on this, not on the type.
 *
 * @module
 */
import type { Column, DataType, Field, ValueArray } from "./types.ts";

/** Makes a {@linkcode ValueArray}. */
export interface ValueArrayConstructor {
  /** Name of the class. */
  readonly name: string;
  /** Bytes of an element. */
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): ValueArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): ValueArray;
}

/** Physical layout of a column. */
export type Layout =
  | { readonly kind: "none" }
  | { readonly kind: "fixed"; readonly array: ValueArrayConstructor; /** Elements a row. */ readonly stride: number }
  | { readonly kind: "bits" }
  | { readonly kind: "bytes" | "list" | "listView"; /** 64-bit offsets. */ readonly wide: boolean }
  | { readonly kind: "fixedSizeList"; readonly size: number }
  | { readonly kind: "struct" }
  | { readonly kind: "union"; readonly dense: boolean }
  | { readonly kind: "runEndEncoded" }
  | { readonly kind: "view" };

const INT: Record<number, readonly [signed: ValueArrayConstructor, unsigned: ValueArrayConstructor]> = {
  8: [Int8Array, Uint8Array],
  16: [Int16Array, Uint16Array],
  32: [Int32Array, Uint32Array],
  64: [BigInt64Array, BigUint64Array],
};
const FLOAT: Record<number, ValueArrayConstructor> = { 16: Uint16Array, 32: Float32Array, 64: Float64Array };

function fixed(array: ValueArrayConstructor, stride = 1): Layout {
  return { kind: "fixed", array, stride };
}

/** Whether each value of `type` is one number of an array: integers, floats, and all that counts time. */
export function isNumeric({ kind }: DataType): boolean {
  return kind === "int" || kind === "float" || kind === "date" || kind === "time" || kind === "timestamp" ||
    kind === "duration";
}

/** Layout of `type`. */
export function layoutOf(type: DataType): Layout {
  switch (type.kind) {
    case "null":
      return { kind: "none" };
    case "bool":
      return { kind: "bits" };
    case "int":
      return fixed(INT[type.bits]![type.signed ? 0 : 1]);
    case "float":
      return fixed(FLOAT[type.bits]!);
    case "decimal":
      if (type.bits === 32) return fixed(Int32Array);
      return type.bits === 64 ? fixed(BigInt64Array) : fixed(BigUint64Array, type.bits / 64);
    case "date":
      return fixed(type.unit === "day" ? Int32Array : BigInt64Array);
    case "time":
      return fixed(type.bits === 32 ? Int32Array : BigInt64Array);
    case "timestamp":
    case "duration":
      return fixed(BigInt64Array);
    case "interval":
      return fixed(Int32Array, type.unit === "yearMonth" ? 1 : type.unit === "dayTime" ? 2 : 4);
    case "fixedSizeBinary":
      return fixed(Uint8Array, type.size);
    case "dictionary":
      return layoutOf(type.indices);
    case "utf8":
    case "binary":
      return { kind: "bytes", wide: false };
    case "largeUtf8":
    case "largeBinary":
      return { kind: "bytes", wide: true };
    case "list":
    case "map":
      return { kind: "list", wide: false };
    case "largeList":
      return { kind: "list", wide: true };
    case "listView":
      return { kind: "listView", wide: false };
    case "largeListView":
      return { kind: "listView", wide: true };
    case "fixedSizeList":
      return { kind: "fixedSizeList", size: type.size };
    case "struct":
      return { kind: "struct" };
    case "union":
      return { kind: "union", dense: type.mode === "dense" };
    case "runEndEncoded":
      return { kind: "runEndEncoded" };
    case "utf8View":
    case "binaryView":
      return { kind: "view" };
  }
}

/** Fields of the children a message carries beside the column; the values of a dictionary travel apart. */
export function childFields(type: DataType): readonly Field[] {
  switch (type.kind) {
    case "list":
    case "largeList":
    case "listView":
    case "largeListView":
    case "fixedSizeList":
      return [type.item];
    case "map":
      return [type.entries];
    case "struct":
    case "union":
      return type.fields;
    case "runEndEncoded":
      return [type.runEnds, type.values];
    default:
      return [];
  }
}

/** Whether columns of `type` have a validity bitmap. */
export function hasValidity(type: DataType): boolean {
  return type.kind !== "null" && type.kind !== "union" && type.kind !== "runEndEncoded";
}

/** The members of a column; what is not given is empty. */
export function makeColumn(field: Field, length: number, parts: Partial<Column> = {}): Column {
  return {
    field,
    length,
    nullCount: parts.nullCount ?? (field.type.kind === "null" ? length : 0),
    validity: parts.validity,
    offsets: parts.offsets,
    values: parts.values,
    children: parts.children ?? [],
    ...(parts.extra === undefined ? {} : { extra: parts.extra }),
    ...(parts.variadic === undefined ? {} : { variadic: parts.variadic }),
  };
}

/**
 * The bytes of `array`. Bigints are read fastest through it: `getBigInt64(8 * i, true)` is element `i` of a `BigInt64Array`, in a
 * third of the time on Bun, whose compiler does not know how such an array gives an element, and in the same on Deno.
 */
export function dataViewOf(array: ArrayBufferView): DataView {
  return new DataView(array.buffer, array.byteOffset, array.byteLength);
}

/** Element `i` of offsets, sizes, run ends or indices as a number; exact below 2^53. */
export function offsetAt(offsets: ValueArray, i: number): number {
  return Number(offsets[i]);
}
