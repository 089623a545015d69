/**
 * Conditions on records, held against batches column by column.
 *
 * @module
 */
import type { Batch, Column, DataType, Field, Schema } from "../../columnar/mod.ts";
import { QueryError } from "../errors.ts";
import type { Condition } from "./condition.ts";
import { clearNulls, compileLeafTest, type LeafTest } from "./leaf_tests.ts";
import type { ListSpecifier, PathStep } from "./ontology_path.ts";
import type { RecordCondition } from "./query_conditions.ts";
import { listRange } from "./value_reader.ts";

/** A column a condition is about. */
export interface QueriedColumn {
  /** Places of fields from the top of the schema inwards; the item of a list has the place 0. */
  readonly path: readonly number[];
  /** Which items of the list on the way the condition is about; `undefined` without one. */
  readonly specifier: ListSpecifier | undefined;
  /** What must hold. */
  readonly condition: Condition;
}

/** Which records of a topic fulfil all conditions on its type. */
export interface RecordPredicate {
  /** What the schema alone says: no record does, every record does, or it depends on the record. */
  readonly scope: "none" | "all" | "some";
  /** The columns it depends on. */
  readonly columns: readonly QueriedColumn[];
  /** One byte a row of `batch`, 1 where it does. `batch` has the columns of the schema. Returns a copy. */
  mask(batch: Batch): Uint8Array;
  /** Indices of the rows of `batch` that do, ascending. */
  rows(batch: Batch): Uint32Array;
}

/** A way to a column, by the places of fields instead of their names. */
type Way = readonly ({ readonly kind: "child"; readonly index: number } | Extract<PathStep, { kind: "list" }>)[];

/**
 * Compiles the conditions on one type for topics of `schema`. Null fulfils no condition, nor does a value of another type
 * than the operand's, nor a column that isn't there; NaN fulfils `$neq` alone. Of an empty list all items fulfil everything,
 * none anything.
 *
 * @throws {QueryError} `query.not_a_list` when a condition opens a column that is no list
 */
export function compileRecordPredicate(conditions: readonly RecordCondition[], schema: Schema): RecordPredicate {
  const columns: QueriedColumn[] = [];
  const tests: ((batch: Batch) => Uint8Array)[] = [];
  let possible = true;
  for (const { key, steps, condition } of conditions) {
    const way = wayTo(key, steps, schema.fields);
    if (condition.operator === "$ex" || condition.operator === "$nex") {
      possible &&= (way !== undefined) === (condition.operator === "$ex");
    } else if (way === undefined) {
      possible = false;
    } else {
      const test = compileLeafTest(condition);
      tests.push((batch) => childMask(batch.columns, way, 0, test));
      const path = way.map((step) => step.kind === "child" ? step.index : 0);
      columns.push({ path, specifier: way.find((step) => step.kind === "list")?.specifier, condition });
    }
  }
  const scope = possible ? tests.length === 0 ? "all" : "some" : "none";
  const mask = (batch: Batch): Uint8Array => {
    const [first, ...others] = scope === "none" ? [] : tests;
    if (first === undefined) return new Uint8Array(batch.numRows).fill(scope === "all" ? 1 : 0);
    const all = first(batch);
    for (const test of others) {
      if (!all.includes(1)) break;
      intersect(all, test(batch));
    }
    return all;
  };
  return { scope, columns, mask, rows: (batch) => indicesOf(mask(batch)) };
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

/** One byte a row: whether what lies at the end of the way fulfils the condition. Returns a copy. */
function maskOf(column: Column, way: Way, at: number, test: LeafTest): Uint8Array {
  const step = way[at];
  if (step === undefined) return test(column);
  if (step.kind === "list") return listMask(column, step.specifier, maskOf(column.children[0]!, way, at + 1, test));
  const mask = childMask(column.children, way, at, test);
  clearNulls(column, mask);
  return mask;
}

function childMask(columns: readonly Column[], way: Way, at: number, test: LeafTest): Uint8Array {
  const step = way[at] as { readonly index: number };
  return maskOf(columns[step.index]!, way, at + 1, test);
}

function listMask(column: Column, specifier: ListSpecifier, items: Uint8Array): Uint8Array {
  const mask = new Uint8Array(column.length);
  const range = listRange(column);
  for (let row = 0; row < mask.length; row++) {
    const [from, to] = range(row);
    if (typeof specifier === "number") mask[row] = specifier < to - from ? items[from + specifier]! : 0;
    else {
      const wanted = specifier === "any" ? 1 : 0;
      const found = items.subarray(from, to).includes(wanted);
      mask[row] = found === (specifier === "any") ? 1 : 0;
    }
  }
  clearNulls(column, mask);
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
