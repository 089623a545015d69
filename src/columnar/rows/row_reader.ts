/**
 * Batches as rows.
 *
 * @module
 */
import { equalSchemas } from "../equal.ts";
import { SchemaError } from "../errors.ts";
import type { Batch, Schema } from "../types.ts";
import { makeClosureReader } from "./row_closures.ts";
import { compileCodeReader } from "./row_code.ts";
import { assertRowForm } from "./value_types.ts";

/** How rows are read. */
export interface RowReaderOptions {
  /**
   * What becomes of a nested object whose every member is null: `"absent"` makes it `undefined`, from the inside out.
   * Objects in lists and maps are kept.
   *
   * @default "keep"
   */
  readonly emptyStructs?: "keep" | "absent";
  /** Whether code may be generated. Without it the same is done several times slower. @default true, where allowed */
  readonly codeGeneration?: boolean;
}

/** Reads rows of batches of one schema. */
export interface RowReader {
  /**
   * Row `index` of `batch`: an object of all columns but the first, by `Field.key`, or else name.
   *
   * 64-bit integers are bigint, other numbers number, maps `Map`, null is `undefined`. Lists of numbers are typed arrays
   * (of booleans, float16 and others, or with nulls in them: plain arrays, `undefined` for null; float16 lists
   * `Float32Array`). Binaries and typed arrays are views of the batch: copy them to keep them without it.
   *
   * @throws {RangeError} when there is no such row.
   * @throws {SchemaError} when the batch is of another schema, or a map has a key twice (`schema.duplicate_key`).
   */
  row(batch: Batch, index: number): Record<string, unknown>;
  /**
   * A reader for another batch at the same time. They share the code, and what the runtime learns about it: many topics
   * of one type are read as fast as one.
   */
  fork(): RowReader;
}

/** Reads row `index` of the batch it was bound to. */
export type ReadRow = (index: number) => Record<string, unknown>;

/** Binds a batch. */
export type BindBatch = (batch: Batch) => ReadRow;

/**
 * A reader for batches of `schema`, compiled when it first reads.
 *
 * @throws {SchemaError} `schema.unsupported_type` when a column, other than the first, has no row form.
 */
export function rowReader(schema: Schema, options: RowReaderOptions = {}): RowReader {
  const fields = schema.fields.slice(1);
  fields.forEach(assertRowForm);
  let makeBinder: (() => BindBatch) | undefined;
  const fork = (): RowReader => {
    let bind: BindBatch | undefined;
    let bound: Batch | undefined;
    let read: ReadRow;
    const open = (batch: Batch): void => {
      if (batch.schema !== bound?.schema && !equalSchemas(batch.schema, schema)) {
        throw new SchemaError("schema.mismatch", "Cannot read rows: the batch is of another schema than its reader");
      }
      bind ??= (makeBinder ??= compile(schema, options))();
      read = bind(batch);
      bound = batch;
    };
    return {
      row(batch, index) {
        if (batch !== bound) open(batch);
        if (!(index >= 0 && index < batch.numRows)) {
          throw new RangeError(`Cannot read row ${index}: the batch has ${batch.numRows} rows, the first is 0`);
        }
        return read(index);
      },
      fork,
    };
  };
  return fork();
}

function compile(schema: Schema, { emptyStructs, codeGeneration }: RowReaderOptions): () => BindBatch {
  const dropEmpty = emptyStructs === "absent";
  const closures = () => makeClosureReader(schema, dropEmpty);
  if (codeGeneration === false) return closures;
  try {
    return compileCodeReader(schema, dropEmpty);
  } catch (error) {
    if (error instanceof EvalError) return closures;
    throw error;
  }
}

/**
 * The first column of `batch`, which is `int64`: its times. Returns a view.
 *
 * @throws {SchemaError} when the first column is of another type.
 */
export function timestamps(batch: Batch): BigInt64Array {
  const values = batch.columns[0]?.values;
  if (values instanceof BigInt64Array) return values;
  throw new SchemaError("schema.mismatch", "Cannot read timestamps: the first column is not int64");
}
