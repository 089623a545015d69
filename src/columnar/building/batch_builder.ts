/**
 * Rows as batches.
 *
 * @module
 */
import { SchemaError } from "../errors.ts";
import type { Batch, Schema } from "../types.ts";
import { invalidValue, ofType, printed } from "./invalid_value.ts";
import type { RowWriter, RowWriterParts, Tally } from "./row_writer.ts";
import { makeClosureWriter } from "./row_writer_closures.ts";
import { makeCodeWriter } from "./row_writer_code.ts";
import { makeStore, type Store } from "./stores.ts";

/** Rows a builder makes room for at least. */
const MIN_CAPACITY = 64;

/** How a {@linkcode BatchBuilder} is made. */
export interface BatchBuilderOptions {
  /** Whether code may be generated. Without it the same is done several times slower. @default true, where allowed */
  readonly codeGeneration?: boolean;
  /** What the rows are called in errors, such as `IMU`. */
  readonly type?: string;
}

/**
 * Collects rows into columns.
 *
 * Values: 64-bit integers as bigint or safe integer, other numbers as number, float16 rounded to nearest, `Map` for
 * maps, arrays or typed arrays for lists. `null` and `undefined` are null. Everything is copied, binaries too.
 */
export class BatchBuilder {
  readonly #schema: Schema;
  readonly #stores: readonly Store[];
  readonly #tally: Tally = { bytes: 0 };
  readonly #writer: RowWriter;
  readonly #type: string | undefined;
  readonly #rowBytes: number;
  #rows = 0;
  #capacity = 0;
  #nextCapacity = MIN_CAPACITY;

  /**
   * For rows of `schema`, whose first column is `int64`, not null.
   *
   * @throws {SchemaError} when it is not, or a column has no row form.
   */
  constructor(schema: Schema, options: BatchBuilderOptions = {}) {
    const first = schema.fields[0];
    if (first?.type.kind !== "int" || first.type.bits !== 64 || !first.type.signed || first.nullable) {
      throw new SchemaError(
        "schema.invalid",
        `Cannot build batches: the first column is ${first?.name ?? "missing"}, expected int64 that is not null`,
      );
    }
    this.#schema = schema;
    this.#type = options.type;
    this.#stores = schema.fields.map(makeStore);
    this.#rowBytes = this.#stores.reduce((sum, store) => sum + store.rowBytes, 0);
    this.#writer = makeWriter({ stores: this.#stores, tally: this.#tally }, options.codeGeneration ?? true);
  }

  /** Rows appended since the last `finish()`. */
  get numRows(): number {
    return this.#rows;
  }

  /** Bytes their body takes, padding left out; a fraction where columns of bits do not fill a byte. Cheap. */
  get byteLength(): number {
    return this.#rows * this.#rowBytes + this.#tally.bytes;
  }

  /**
   * Appends a row: `first` is the value of the first column, `row` holds the others by `Field.key`, or else name.
   * Nothing of it is kept; a row that does not fit leaves no trace.
   *
   * @throws {SchemaError} `schema.invalid_value` naming field, value and rule; `schema.batch_full` beyond 2 GiB.
   */
  append(first: bigint, row: object): void {
    const index = this.#rows;
    if (index === this.#capacity) this.#grow();
    const { bytes } = this.#tally;
    try {
      if (typeof first !== "bigint") throw this.#notATime(first);
      if (typeof row !== "object" || row === null || Array.isArray(row)) throw notARow(row);
      this.#writer.write(index, first, row);
    } catch (error) {
      this.#tally.bytes = bytes;
      this.#writer.save();
      for (const store of this.#stores) store.rollback(index);
      this.#writer.load();
      throw this.#type === undefined ? error : ofType(this.#type, error);
    }
    this.#rows = index + 1;
  }

  /** The rows appended since the last `finish()`; the builder is empty again. Gives its arrays away, no copy. */
  finish(): Batch {
    const numRows = this.#rows;
    this.#writer.save();
    const columns = this.#stores.map((store) => store.finish(numRows));
    this.#nextCapacity = Math.max(MIN_CAPACITY, numRows);
    this.#rows = this.#capacity = this.#tally.bytes = 0;
    this.#writer.load();
    return { schema: this.#schema, numRows, columns };
  }

  #notATime(first: unknown): SchemaError {
    const field = this.#schema.fields[0]!;
    return invalidValue([field.key ?? field.name], field, first, "a bigint");
  }

  #grow(): void {
    this.#capacity = this.#capacity === 0 ? this.#nextCapacity : 2 * this.#capacity;
    this.#writer.save();
    for (const store of this.#stores) store.grow(this.#capacity);
    this.#writer.load();
  }
}

function makeWriter(parts: RowWriterParts, codeGeneration: boolean): RowWriter {
  if (!codeGeneration) return makeClosureWriter(parts);
  try {
    return makeCodeWriter(parts);
  } catch (error) {
    if (error instanceof EvalError) return makeClosureWriter(parts);
    throw error;
  }
}

function notARow(row: unknown): SchemaError {
  return new SchemaError("schema.invalid_value", `Cannot append row: it is ${printed(row)}, expected an object`, {
    field: "",
    value: printed(row),
    rule: "an object",
  });
}
