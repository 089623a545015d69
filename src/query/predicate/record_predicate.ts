/**
 * Conditions on records, held against batches column by column.
 *
 * @module
 */
import type { JsonValue } from "../../base/mod.ts";
import type { Batch, Column, DataType, Field, Schema } from "../../columnar/mod.ts";
import { QueryError } from "../errors.ts";
import { compileCondition, type Condition, MAX_LIST_LENGTH } from "./condition.ts";
import type { ListSpecifier, PathStep } from "./ontology_path.ts";
import type { RecordCondition } from "./query_conditions.ts";
import { isNull, listRange, valueReader } from "./value_reader.ts";

/** Which records of a topic fulfil all conditions on its type. */
export interface RecordPredicate {
  /** What the schema alone says: no record does, every record does, or it depends on the record. */
  readonly scope: "none" | "all" | "some";
  /** Indices of the rows of `batch` that do, ascending. `batch` has the columns of the schema. */
  rows(batch: Batch): Uint32Array;
}

/** A way to a column, by the places of fields instead of their names. */
type Way = readonly ({ readonly kind: "child"; readonly index: number } | Extract<PathStep, { kind: "list" }>)[];

/**
 * Compiles the conditions on one type for topics of `schema`. Null fulfils no condition, nor does a value of another type
 * than the operand's, nor a column that isn't there. Of an empty list all items fulfil everything, none anything.
 *
 * @throws {QueryError} `query.not_a_list` when a condition opens a column that is no list
 */
export function compileRecordPredicate(conditions: readonly RecordCondition[], schema: Schema): RecordPredicate {
  const tests: ((batch: Batch) => Uint8Array)[] = [];
  let possible = true;
  for (const { key, steps, condition } of conditions) {
    const way = wayTo(key, steps, schema.fields);
    if (condition.operator === "$ex" || condition.operator === "$nex") {
      possible &&= (way !== undefined) === (condition.operator === "$ex");
    } else if (way === undefined) {
      possible = false;
    } else {
      tests.push((batch) => childMask(batch.columns, way, 0, condition));
    }
  }
  if (!possible) return { scope: "none", rows: () => new Uint32Array(0) };
  if (tests.length === 0) {
    return {
      scope: "all",
      rows: ({ numRows }) => Uint32Array.from({ length: numRows }, (_, i) => i),
    };
  }
  return {
    scope: "some",
    rows: (batch) => {
      const all = new Uint8Array(batch.numRows).fill(1);
      for (const test of tests) intersect(all, test(batch));
      return indicesOf(all);
    },
  };
}

function wayTo(key: string, steps: readonly PathStep[], top: readonly Field[]): Way | undefined {
  const way: Way[number][] = [];
  let type: DataType = { kind: "struct", fields: top };
  for (const step of steps) {
    if (step.kind === "list") {
      if (type.kind !== "list" && type.kind !== "largeList" && type.kind !== "fixedSizeList") {
        throw new QueryError("query.not_a_list", `Cannot query "${key}": the column is a ${type.kind}, no list`, {
          key,
        });
      }
      way.push(step);
      type = type.item.type;
      continue;
    }
    if (type.kind !== "struct") return undefined;
    const index = type.fields.findIndex((field) => field.name === step.name);
    if (index < 0) return undefined;
    way.push({ kind: "child", index });
    type = type.fields[index]!.type;
  }
  return way;
}

/** One byte a row: whether what lies at the end of the way fulfils the condition. */
function maskOf(column: Column, way: Way, at: number, condition: Condition): Uint8Array {
  const step = way[at];
  if (step === undefined) return leafMask(column, condition);
  if (step.kind === "list") {
    return listMask(column, step.specifier, maskOf(column.children[0]!, way, at + 1, condition));
  }
  const mask = childMask(column.children, way, at, condition);
  if (column.nullCount > 0) {
    for (let row = 0; row < column.length; row++) if (isNull(column, row)) mask[row] = 0;
  }
  return mask;
}

function childMask(columns: readonly Column[], way: Way, at: number, condition: Condition): Uint8Array {
  const step = way[at] as { readonly index: number };
  return maskOf(columns[step.index]!, way, at + 1, condition);
}

function leafMask(column: Column, condition: Condition): Uint8Array {
  const mask = new Uint8Array(column.length);
  const read = valueReader(column, MAX_LIST_LENGTH);
  if (read === undefined) return mask;
  const fits = compileCondition(condition);
  let last: JsonValue | undefined;
  let verdict = 0;
  for (let row = 0; row < mask.length; row++) {
    if (column.nullCount > 0 && isNull(column, row)) continue;
    const value = read(row);
    if (value !== last) {
      verdict = fits(value) ? 1 : 0;
      last = value;
    }
    mask[row] = verdict;
  }
  return mask;
}

function listMask(column: Column, specifier: ListSpecifier, items: Uint8Array): Uint8Array {
  const mask = new Uint8Array(column.length);
  const range = listRange(column);
  for (let row = 0; row < mask.length; row++) {
    if (column.nullCount > 0 && isNull(column, row)) continue;
    const [from, to] = range(row);
    if (typeof specifier === "number") mask[row] = specifier < to - from ? items[from + specifier]! : 0;
    else {
      const wanted = specifier === "any" ? 1 : 0;
      const found = items.subarray(from, to).includes(wanted);
      mask[row] = found === (specifier === "any") ? 1 : 0;
    }
  }
  return mask;
}

function intersect(all: Uint8Array, mask: Uint8Array): void {
  for (let row = 0; row < all.length; row++) all[row]! &= mask[row]!;
}

function indicesOf(mask: Uint8Array): Uint32Array {
  const rows = new Uint32Array(mask.length);
  let count = 0;
  for (let row = 0; row < mask.length; row++) if (mask[row] === 1) rows[count++] = row;
  return rows.slice(0, count);
}
