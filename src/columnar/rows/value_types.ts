/**
 * Which values rows hold.
 *
 * @module
 */
import { SchemaError } from "../errors.ts";
import { childFields } from "../layout.ts";
import type { Field } from "../types.ts";

const ROW_KINDS: ReadonlySet<string> = new Set([
  ...["int", "float", "bool", "utf8", "largeUtf8", "binary", "largeBinary"],
  ...["list", "largeList", "fixedSizeList", "struct", "map", "dictionary"],
]);

/** Checks that `field` and all in it have a row form. @throws {SchemaError} `schema.unsupported_type` naming the type. */
export function assertRowForm(field: Field): void {
  const { type } = field;
  if (!ROW_KINDS.has(type.kind)) {
    throw new SchemaError(
      "schema.unsupported_type",
      `Cannot read rows: column "${field.name}" is of type ${type.kind}, which has no row form`,
      { field: field.name, type: type.kind },
    );
  }
  if (type.kind === "dictionary") assertRowForm(type.values);
  else childFields(type).forEach(assertRowForm);
}

/** Whether lists of `field` without nulls read as typed arrays that are views of the column. */
export function isNumeric(field: Field): boolean {
  return field.type.kind === "int" || (field.type.kind === "float" && field.type.bits !== 16);
}

/** Two entries of a map with one key. */
export function duplicateKey(field: Field, key: unknown): SchemaError {
  return new SchemaError(
    "schema.duplicate_key",
    `Cannot read row: the map "${field.name}" has the key ${String(key)} twice`,
    { field: field.name },
  );
}
