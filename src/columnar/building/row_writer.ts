/**
 * Rows into stores. There are two implementations of one behaviour: generated code, and closures where the runtime
 * refuses to generate code.
 *
 * @module
 */
import type { Store } from "./stores.ts";

/** Writes the members of row objects into stores. */
export interface RowWriter {
  /**
   * Writes row `row`: `first` into the first store, the members of `value` into the others.
   *
   * @throws {SchemaError} when a value does not fit; parts of the row may be written, and the stores must be rolled back.
   */
  write(row: number, first: unknown, value: unknown): void;
  /** Puts what the writer keeps to itself into the stores. Before the stores are used. */
  save(): void;
  /** Takes it back from them. After the stores were used. */
  load(): void;
}

/** Bytes that vary with the values, counted by the writer. */
export interface Tally {
  /** Bytes so far. */
  bytes: number;
}

/** What a writer is made from. */
export interface RowWriterParts {
  /** One store a column. */
  readonly stores: readonly Store[];
  /** Counts the bytes. */
  readonly tally: Tally;
}

/** Length of `value` when it is an array or typed array, else -1. */
export function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? (value as Uint8Array).length : -1;
}

/** Whether `name` is something every object inherits, so that only an own property of that name counts. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}
