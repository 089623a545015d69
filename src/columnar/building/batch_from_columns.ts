/**
 * Columns the caller already has as batches.
 *
 * @module
 */
import { SchemaError } from "../errors.ts";
import { layoutOf, makeColumn } from "../layout.ts";
import type { Batch, Column, Field, Schema, ValueArray } from "../types.ts";
import { invalidValue, printed } from "./invalid_value.ts";
import { lengthOf } from "./row_writer.ts";
import { writeOf } from "./row_writer_closures.ts";
import { makeStore } from "./stores.ts";

/**
 * A batch of `columns`: an object keyed by `Field.key`, or else name, of one entry per column of `schema`.
 *
 * - Numbers: the typed array of the column's own kind (`Float64Array` for float64, `BigInt64Array` for int64, …), which is
 *   *taken*: the batch is a view of it. A fixed-size list of numbers: one such array of all items.
 * - Structs: an object of columns.
 * - Anything: an array of values, one a row, as `BatchBuilder` takes them; copied.
 * - Nullable columns, and those with a default, may be left out.
 *
 * @throws {SchemaError} naming the column, when one is missing, of another type or of another length than the first.
 */
export function batchFromColumns(schema: Schema, columns: object): Batch {
  const first = schema.fields[0];
  const numRows = first === undefined ? 0 : lengthOf((columns as Record<string, unknown>)[keyOf(first)]);
  if (first !== undefined && numRows < 0) {
    throw invalidColumn([keyOf(first)], first, (columns as Record<string, unknown>)[keyOf(first)], "an array");
  }
  const known = new Set(schema.fields.map(keyOf));
  for (const key of Object.keys(columns)) {
    if (!known.has(key)) {
      throw new SchemaError("schema.invalid_column", `Cannot build batch: the schema has no column ${key}`, {
        field: key,
      });
    }
  }
  return { schema, numRows, columns: schema.fields.map((field) => columnOf(field, columns, numRows, [])) };
}

function keyOf(field: Field): string {
  return field.key ?? field.name;
}

function columnOf(field: Field, parent: object, rows: number, place: readonly string[]): Column {
  const key = keyOf(field);
  const here = [...place, key];
  const given: unknown = Object.hasOwn(parent, key) ? (parent as Record<string, unknown>)[key] : undefined;
  if (given === undefined || given === null) {
    if (field.default !== undefined) return storedColumn(field, new Array(rows).fill(undefined), rows, here);
    if (!field.nullable) throw invalidValue(here, field, given);
    return storedColumn(field, [], rows, here);
  }
  if (Array.isArray(given)) {
    if (given.length !== rows) throw wrongLength(here, field, given.length, rows);
    return storedColumn(field, given, rows, here);
  }
  const { type } = field;
  if (type.kind === "struct" && typeof given === "object" && !ArrayBuffer.isView(given)) {
    return makeColumn(field, rows, { children: type.fields.map((member) => columnOf(member, given, rows, here)) });
  }
  if (type.kind === "fixedSizeList") {
    const items = adopt(type.item, given, rows * type.size, here);
    return makeColumn(field, rows, { children: [items] });
  }
  return adopt(field, given, rows, here);
}

/** A column around a typed array of exactly `rows` values. */
function adopt(field: Field, given: unknown, rows: number, place: readonly string[]): Column {
  const layout = layoutOf(field.type);
  const isNumber = field.type.kind === "int" || (field.type.kind === "float" && field.type.bits !== 16);
  if (layout.kind !== "fixed" || !isNumber) throw invalidColumn(place, field, given, "an array of values");
  if (!(given instanceof layout.array)) throw invalidColumn(place, field, given, `a ${layout.array.name}`);
  const values: ValueArray = given;
  if (values.length !== rows) throw wrongLength(place, field, values.length, rows);
  return makeColumn(field, rows, { values });
}

/** A column of `values`, then null up to `rows`. */
function storedColumn(field: Field, values: readonly unknown[], rows: number, place: readonly string[]): Column {
  const store = makeStore(field);
  store.grow(rows);
  const indices: number[] = [];
  const write = writeOf(store, { path: [...place, undefined], indices, tally: { bytes: 0 } });
  for (let i = 0; i < values.length; i++) {
    indices[0] = i;
    write(i, values[i]);
  }
  return store.finish(rows);
}

function invalidColumn(place: readonly string[], field: Field, given: unknown, expected: string): SchemaError {
  return new SchemaError(
    "schema.invalid_column",
    `Cannot build batch: column ${place.join(".")} of type ${field.type.kind} is ${
      printed(given)
    }, expected ${expected}`,
    { field: place.join("."), value: printed(given), rule: expected },
  );
}

function wrongLength(place: readonly string[], field: Field, found: number, expected: number): SchemaError {
  return new SchemaError(
    "schema.invalid_column",
    `Cannot build batch: column ${place.join(".")} has ${found} values, expected ${expected}`,
    { field: place.join("."), type: field.type.kind, found, expected },
  );
}
