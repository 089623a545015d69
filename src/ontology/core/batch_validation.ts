/**
 * What batches must obey beyond their Arrow types: the same as rows, looked at column by column. Only a batch that breaks something is
 * read row by row, to say where.
 *
 * @module
 */
import { type Batch, type Column, type Field, rowReader, SchemaError } from "../../columnar/mod.ts";
import { findViolation, printed, type Shape } from "./validation.ts";

/** Whether there is something at an index of a column, so that what lies in it counts. */
type IsThere = (index: number) => boolean;

/** A function that throws a {@linkcode SchemaError} when a batch of the type `tag`, in its layout, breaks its shape. */
export function compileBatchValidator(
  tag: string,
  fields: readonly Field[],
  shape: Shape,
): ((batch: Batch) => void) | undefined {
  if (shape.kind !== "struct" || shape.ofRowsOnly) return undefined;
  return (batch) => {
    if (structObeys(shape, fields, batch.columns.slice(1), batch.numRows, () => true)) return;
    const reader = rowReader(batch.schema);
    for (let row = 0; row < batch.numRows; row++) {
      const found = findViolation(shape, reader.row(batch, row), "");
      if (found === undefined) continue;
      const { field, value, rule } = found;
      throw new SchemaError(
        "schema.invalid_value",
        `Cannot accept row ${row} of a batch of ${tag}: ${field} is ${printed(value)}, must ${rule}`,
        { type: tag, field, value: printed(value), rule: `must ${rule}`, row },
      );
    }
  };
}

function structObeys(
  shape: Extract<Shape, { kind: "struct" }>,
  fields: readonly Field[],
  columns: readonly Column[],
  length: number,
  isThere: IsThere,
): boolean {
  for (const { key, present, shape: inner } of shape.members) {
    const at = fields.findIndex((field) => (field.key ?? field.name) === key);
    const column = columns[at]!;
    const has = present && column.nullCount > 0 ? validityOf(column) : undefined;
    if (has !== undefined) { for (let i = 0; i < length; i++) if (isThere(i) && !has(i)) return false; }
    if (inner === undefined || column.nullCount === length) continue;
    const valid = validityOf(column);
    if (!obeys(inner, fields[at]!, column, (i) => isThere(i) && valid(i))) return false;
  }
  if (shape.rule === undefined) return true;
  const read = valuesOf(fields, columns, length);
  for (let i = 0; i < length; i++) if (isThere(i) && shape.rule(read(i) as never) !== undefined) return false;
  return true;
}

function obeys(shape: Shape, field: Field, column: Column, isThere: IsThere): boolean {
  const { type } = field;
  const { children, length } = column;
  if (shape.kind === "struct" && type.kind === "struct") {
    return structObeys(shape, type.fields, children, length, isThere);
  }
  if (shape.kind === "choice") {
    const read = valuesOf([field], [column], length);
    const key = field.key ?? field.name;
    for (let i = 0; i < length; i++) if (isThere(i) && !shape.values.has(read(i)[key])) return false;
    return true;
  }
  // Items of a list that is null are not there either, but nobody writes any: what they break is taken back by the rows.
  const entries = children[0]!;
  if (shape.kind === "list" && (type.kind === "list" || type.kind === "fixedSizeList")) {
    return obeys(shape.item, type.item, entries, validityOf(entries));
  }
  if (shape.kind === "map" && type.kind === "map" && type.entries.type.kind === "struct") {
    const values = entries.children[1]!;
    return obeys(shape.value, type.entries.type.fields[1]!, values, validityOf(values));
  }
  return true;
}

function validityOf({ validity }: Column): IsThere {
  return validity === undefined ? () => true : (i) => (validity[i >>> 3]! >>> (i & 7) & 1) === 1;
}

/** Reads objects of some columns. */
function valuesOf(
  fields: readonly Field[],
  columns: readonly Column[],
  numRows: number,
): (row: number) => Record<string, unknown> {
  // Readers pass over the first column, which is the time of a topic.
  const schema = { fields: [fields[0]!, ...fields] };
  const batch = { schema, numRows, columns: [columns[0]!, ...columns] };
  const reader = rowReader(schema);
  return (row) => reader.row(batch, row);
}
