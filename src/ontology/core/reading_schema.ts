/**
 * Names for what comes over the wire.
 *
 * @module
 */
import type { DataType, Field, Schema } from "../../columnar/mod.ts";
import { dataFields } from "./registry.ts";
import type { OntologyType } from "./types.ts";

/**
 * `schema`, as it came over the wire, with the property names of `type`: what rows of typed data are read with. Types and
 * order stay those of the wire. Only for a type the registry resolved for this schema.
 */
export function readingSchema(type: OntologyType<unknown>, schema: Schema): Schema {
  const named = withKeys(dataFields(schema), type.fields);
  const byName = new Map(named.map((field) => [field.name, field]));
  return { ...schema, fields: schema.fields.map((field) => byName.get(field.name) ?? field) };
}

function withKeys(wire: readonly Field[], ours: readonly Field[]): readonly Field[] {
  return wire.map((field, i) => named(field, ours[i]));
}

function named(wire: Field, ours: Field | undefined): Field {
  if (ours === undefined) return wire;
  const type = namedType(wire.type, ours.type);
  return ours.key === undefined ? { ...wire, type } : { ...wire, key: ours.key, type };
}

function namedType(wire: DataType, ours: DataType): DataType {
  if (wire.kind === "struct" && ours.kind === "struct") return { ...wire, fields: withKeys(wire.fields, ours.fields) };
  if (wire.kind === "list" && ours.kind === "list") return { ...wire, item: named(wire.item, ours.item) };
  if (wire.kind === "fixedSizeList" && ours.kind === "fixedSizeList") {
    return { ...wire, item: named(wire.item, ours.item) };
  }
  if (wire.kind === "map" && ours.kind === "map") return { ...wire, entries: named(wire.entries, ours.entries) };
  return wire;
}
