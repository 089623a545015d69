/**
 * Schemas in few words.
 *
 * @module
 */
import type { DataType, Field, Schema } from "../../../../src/columnar/mod.ts";

/** float64. */
export const float64: DataType = { kind: "float", bits: 64 };
/** float32. */
export const float32: DataType = { kind: "float", bits: 32 };
/** utf8. */
export const utf8: DataType = { kind: "utf8" };
/** binary. */
export const binary: DataType = { kind: "binary" };
/** bool. */
export const bool: DataType = { kind: "bool" };

/** A signed integer. */
export function int(bits: 8 | 16 | 32 | 64): DataType {
  return { kind: "int", bits, signed: true };
}

/** An unsigned integer. */
export function uint(bits: 8 | 16 | 32 | 64): DataType {
  return { kind: "int", bits, signed: false };
}

/** A nullable field. */
export function optional(name: string, type: DataType): Field {
  return { name, type, nullable: true };
}

/** A field that is not null. */
export function required(name: string, type: DataType): Field {
  return { name, type, nullable: false };
}

/** A struct. */
export function struct(...fields: Field[]): DataType {
  return { kind: "struct", fields };
}

/** A list of nullable items. */
export function list(type: DataType): DataType {
  return { kind: "list", item: optional("item", type) };
}

/** A list of `size` nullable items. */
export function fixedSizeList(size: number, type: DataType): DataType {
  return { kind: "fixedSizeList", size, item: optional("item", type) };
}

/** A map of strings. */
export function map(value: DataType): DataType {
  return {
    kind: "map",
    keysSorted: false,
    entries: required("entries", struct(required("key", utf8), optional("value", value))),
  };
}

/** A dictionary of nullable values. */
export function dictionary(id: bigint, values: DataType): DataType {
  return { kind: "dictionary", id, indices: int(8), values: optional("values", values), ordered: false };
}

/** A topic's schema: its times, then `fields`. */
export function topic(...fields: Field[]): Schema {
  return { fields: [required("timestamp_ns", int(64)), ...fields] };
}
