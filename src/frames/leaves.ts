/**
 * Nested columns of topics as the flat columns of a wide table.
 *
 * @module
 */
import { type Batch, type Column, type DataType, type Field, type Schema, takeColumn } from "../columnar/mod.ts";

/** A column of a wide table, and where it comes from. */
export interface Leaf {
  /** Name `<topic>.<tag>.<field>.<field>…`, its type, nullable. */
  readonly field: Field;
  /** Positions of the column in the batch, and of each member in its parent. */
  readonly path: readonly number[];
}

/** The leaves of a topic's columns but `timestamp_ns`: structs are taken apart, everything else stays whole. */
export function leavesOf(topic: string, tag: string, schema: Schema): Leaf[] {
  return [...walk(`${topic}.${tag}`, schema.fields.slice(1), [], 1)];
}

function* walk(prefix: string, fields: readonly Field[], path: readonly number[], first: number): Generator<Leaf> {
  for (const [i, { name, type }] of fields.entries()) {
    const full = `${prefix}.${name}`;
    const here = [...path, first + i];
    if (type.kind === "struct") yield* walk(full, type.fields, here, 0);
    else yield { field: { name: full, type, nullable: true }, path: here };
  }
}

/** The column of `leaf` in a batch of its topic: views, but for a bitmap where a struct around it has nulls. */
export function leafColumn({ columns }: Batch, { field, path }: Leaf): Column {
  let column = columns[path[0]!]!;
  let validity = column.validity;
  for (const position of path.slice(1)) {
    column = column.children[position]!;
    validity = both(validity, column.validity);
  }
  const isWhole = validity === undefined || column.field.type.kind === "null";
  return { ...column, field, ...(isWhole ? {} : { validity, nullCount: countZeros(validity!, column.length) }) };
}

/** Whether row `i` has a value. */
export function isValid({ validity, nullCount, length, field }: Column, i: number): boolean {
  if (nullCount === 0) return true;
  if (field.type.kind === "null" || nullCount === length) return false;
  return validity === undefined || (validity[i >>> 3]! >>> (i & 7) & 1) === 1;
}

/** `length` rows of nothing. */
export function nullColumn(field: Field, length: number): Column {
  return takeColumn(emptyColumn(field), new Int32Array(length).fill(-1));
}

/** Which places of a wide table have a row of some topic, and which row; -1 = none. */
export interface Places {
  /** A row of the topic for each place. */
  readonly rows: Int32Array;
  /** A bit a place, 1 = there is a row. */
  readonly validity: Uint8Array;
  /** Places without a row. */
  readonly nullCount: number;
}

/** Places whose rows are `rows`. */
export function placesOf(rows: Int32Array): Places {
  const validity = new Uint8Array((rows.length + 7) >>> 3);
  let nullCount = 0;
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]! < 0) nullCount++;
    else validity[i >>> 3]! |= 1 << (i & 7);
  }
  return { rows, validity, nullCount };
}

/** The rows of `column` at their places. Numbers without nulls, and nulls alone, are most columns: they take a short way. */
export function spread(column: Column, places: Places): Column {
  const { field, values } = column;
  const { rows, validity, nullCount } = places;
  if (column.nullCount === column.length) return noneAt(column, rows.length);
  const isNumbers = (field.type.kind === "int" || field.type.kind === "float") && values !== undefined;
  if (!isNumbers || column.nullCount > 0) return takeColumn(column, rows);
  const source = values as Float64Array;
  const target = new (values.constructor as Float64ArrayConstructor)(rows.length);
  for (let i = 0; i < rows.length; i++) if (rows[i]! >= 0) target[i] = source[rows[i]!]!;
  return {
    ...column,
    length: rows.length,
    validity: nullCount === 0 ? undefined : validity,
    nullCount,
    values: target,
  };
}

/** `length` rows of nothing, of the type of `column`. */
function noneAt(column: Column, length: number): Column {
  const none = { ...column, length, nullCount: length, validity: new Uint8Array((length + 7) >>> 3) };
  switch (column.field.type.kind) {
    case "int":
    case "float":
      return { ...none, values: new (column.values!.constructor as Float64ArrayConstructor)(length) };
    case "utf8":
    case "binary":
      return { ...none, offsets: new Int32Array(length + 1), values: new Uint8Array(0) };
    case "list":
      return {
        ...none,
        offsets: new Int32Array(length + 1),
        children: column.children.map((child) => takeColumn(child, new Int32Array(0))),
      };
    default:
      return nullColumn(column.field, length);
  }
}

function emptyColumn(field: Field): Column {
  return {
    field,
    length: 0,
    nullCount: 0,
    validity: undefined,
    offsets: new Int32Array(1),
    values: undefined,
    children: childFields(field.type).map(emptyColumn),
  };
}

function childFields(type: DataType): readonly Field[] {
  if ("item" in type) return [type.item];
  if ("entries" in type) return [type.entries];
  if ("fields" in type) return type.fields;
  return type.kind === "dictionary" ? [type.values] : [];
}

function both(a: Uint8Array | undefined, b: Uint8Array | undefined): Uint8Array | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.map((byte, i) => byte & b[i]!);
}

function countZeros(bits: Uint8Array, length: number): number {
  let zeros = 0;
  for (let i = 0; i < length; i++) zeros += (bits[i >>> 3]! >>> (i & 7) & 1) ^ 1;
  return zeros;
}
