/**
 * Rows of one topic, collected until they are worth a batch: by bytes, by number, or by the time the first of them has waited.
 *
 * @module
 */
import { type Batch, BatchBuilder } from "../../columnar/mod.ts";
import type { OntologyType } from "../../ontology/mod.ts";

/** How rows are collected. */
export interface RowBatcherOptions {
  /** Bytes of columns of a full batch. */
  readonly batchBytes: number;
  /** Rows of a full batch. */
  readonly batchRows: number;
  /** Longest time a row waits, milliseconds. */
  readonly flushIntervalMs: number;
  /** Called when the first row has waited that long. */
  readonly onLate: () => void;
}

/** Collects the rows of one topic. */
export class RowBatcher {
  readonly #builder: BatchBuilder;
  readonly #options: RowBatcherOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** For rows of `type`. */
  constructor({ schema, tag }: OntologyType<unknown>, options: RowBatcherOptions) {
    this.#builder = new BatchBuilder(schema, { type: tag });
    this.#options = options;
  }

  /** Rows there are. */
  get numRows(): number {
    return this.#builder.numRows;
  }

  /** Bytes of columns they take. */
  get byteLength(): number {
    return this.#builder.byteLength;
  }

  /** Whether they are a full batch. */
  get isFull(): boolean {
    const { numRows, byteLength } = this.#builder;
    return byteLength >= this.#options.batchBytes || numRows >= this.#options.batchRows;
  }

  /** Adds a row. @throws {SchemaError} as `BatchBuilder.append`: the row leaves no trace. */
  append(timestampNs: bigint, row: object): void {
    this.#builder.append(timestampNs, row);
    if (this.#builder.numRows === 1) this.#armTimer();
  }

  /** The rows as a batch that owns its buffers; none are left. */
  take(): Batch {
    this.stopTimer();
    return this.#builder.finish();
  }

  /** Rows wait for as long as it takes. */
  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  #armTimer(): void {
    this.stopTimer();
    this.#timer = setTimeout(this.#options.onLate, this.#options.flushIntervalMs);
  }
}
