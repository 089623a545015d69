/**
 * Foreign batches in the layout of a schema.
 *
 * @module
 */
import { bitAt } from "./bitmap.ts";
import { equalTypes } from "./equal.ts";
import { SchemaError } from "./errors.ts";
import { schemaFingerprintText } from "./fingerprint_text.ts";
import { childFields, offsetAt } from "./layout.ts";
import { takeColumn } from "./take.ts";
import type { Batch, Column, Field, Schema } from "./types.ts";

/**
 * `batch` as a batch of `schema`: its columns by name, dictionaries spelled out, nullability as the schema says.
 * Buffers are shared where nothing changes. `name` stands in errors for what the schema belongs to.
 *
 * @throws {SchemaError} `schema.mismatch` naming the column that is missing, extra, of another type, or null where the
 * schema forbids it.
 */
export function sameLayout(schema: Schema, batch: Batch, name: string): Batch {
  if (batch.schema === schema) return batch;
  const columns = matchFields(schema.fields, batch.columns, { name, path: "" }, undefined);
  return { schema, numRows: batch.numRows, columns };
}

/** What errors say of a place. */
interface Context {
  readonly name: string;
  readonly path: string;
}

function matchFields(
  fields: readonly Field[],
  columns: readonly Column[],
  context: Context,
  parent: Column | undefined,
): Column[] {
  const byName = new Map(columns.map((column) => [column.field.name, column]));
  const extra = columns.find((column) => !fields.some((field) => field.name === column.field.name));
  if (extra !== undefined || columns.length > fields.length) {
    const field = (extra ?? columns.at(-1)!).field.name;
    throw mismatch(context, field, "is not part of it");
  }
  return fields.map((field) => {
    const column = byName.get(field.name);
    if (column === undefined) throw mismatch(context, field.name, "is missing");
    return matchColumn(field, column, context, parent);
  });
}

function matchColumn(field: Field, given: Column, context: Context, parent: Column | undefined): Column {
  const column = spelledOut(field, given);
  const { type } = field;
  if (!field.nullable && hasOwnNulls(column, parent)) throw mismatch(context, field.name, "holds null");
  const inner = { ...context, path: `${context.path}${field.name}.` };
  if (type.kind === "struct" && column.field.type.kind === "struct") {
    return { ...column, field, children: matchFields(type.fields, column.children, inner, column) };
  }
  const own = childFields(type);
  if (type.kind === column.field.type.kind && own.length > 0 && own.length === column.children.length) {
    if (type.kind === "fixedSizeList" && !equalTypes({ ...column.field.type, item: type.item } as typeof type, type)) {
      throw mismatch(context, field.name, `is ${typeText(column.field)}, expected ${typeText(field)}`);
    }
    // Items have no names that matter, and rows of their own: no parent's nulls excuse theirs.
    return {
      ...column,
      field,
      children: own.map((child, i) => matchColumn(child, column.children[i]!, inner, undefined)),
    };
  }
  if (!equalTypes(type, column.field.type)) {
    throw mismatch(context, field.name, `is ${typeText(column.field)}, expected ${typeText(field)}`);
  }
  return { ...column, field };
}

/** `column` with the values its dictionary holds, unless `field` is a dictionary too. */
function spelledOut(field: Field, column: Column): Column {
  const { type } = column.field;
  if (type.kind !== "dictionary" || field.type.kind === "dictionary") return column;
  const [values] = column.children;
  const indices = new Int32Array(column.length).fill(-1);
  for (let i = 0; i < column.length; i++) {
    if (column.validity === undefined || bitAt(column.validity, i)) indices[i] = offsetAt(column.values!, i);
  }
  if (values === undefined) throw new TypeError(`Cannot read column "${field.name}": its dictionary is missing`);
  return takeColumn(values, indices);
}

/** Whether a row is null that its parent does not make null already. */
function hasOwnNulls(column: Column, parent: Column | undefined): boolean {
  if (column.nullCount === 0) return false;
  const { validity } = column;
  for (let i = 0; i < column.length; i++) {
    const isNull = validity === undefined || !bitAt(validity, i);
    if (isNull && (parent?.validity === undefined || bitAt(parent.validity, i))) return true;
  }
  return false;
}

function typeText(field: Field): string {
  return schemaFingerprintText([{ ...field, nullable: true }]).slice("struct<".length + field.name.length + 2, -1);
}

function mismatch({ name, path }: Context, field: string, what: string): SchemaError {
  return new SchemaError("schema.mismatch", `Cannot take batch for ${name}: column ${path}${field} ${what}`, {
    type: name,
    field: path + field,
  });
}
