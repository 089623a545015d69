/**
 * Whether schemas describe the same data.
 *
 * @module
 */
import { childFields } from "./layout.ts";
import type { DataType, Field, Schema } from "./types.ts";

/** Whether names, types and nullability agree, in order. Metadata, keys and ids of dictionaries do not count. */
export function equalSchemas(a: Schema, b: Schema): boolean {
  return equalFields(a.fields, b.fields);
}

function equalFields(a: readonly Field[], b: readonly Field[]): boolean {
  return a.length === b.length && a.every((field, i) => equalField(field, b[i]!));
}

function equalField(a: Field, b: Field): boolean {
  return a.name === b.name && a.nullable === b.nullable && equalTypes(a.type, b.type);
}

/** Whether two types are the same, children's names and nullability included. */
export function equalTypes(a: DataType, b: DataType): boolean {
  if (a === b) return true;
  if (a.kind === "dictionary") {
    return b.kind === "dictionary" && equalTypes(a.indices, b.indices) && equalTypes(a.values.type, b.values.type) &&
      a.ordered === b.ordered;
  }
  return hasParameters(a, b) && hasParameters(b, a) && equalFields(childFields(a), childFields(b));
}

/** Whether `b` has all that `a` is beside its children. */
function hasParameters(a: DataType, b: DataType): boolean {
  for (const key in a) {
    const value = a[key as "kind"] as unknown;
    const other = b[key as "kind"] as unknown;
    if (typeof value !== "object" ? value !== other : isNumbers(value) && String(value) !== String(other)) return false;
  }
  return true;
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}
