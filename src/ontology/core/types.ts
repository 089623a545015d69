/**
 * What an ontology type is, and what the values of its columns look like in TypeScript.
 *
 * @module
 */
import type { Batch, DataType, Field, Schema } from "../../columnar/mod.ts";
import type { Paths } from "./paths.ts";
import type { Shape } from "./validation.ts";

/** How a server should store a topic of a type. */
export type SerializationFormat = "default" | "ragged" | "image";

/** A list of 8- to 32-bit integers or floats: an array, or the typed array that reading gives. */
export type NumberList = ArrayLike<number> & Iterable<number>;

/** A list of 64-bit integers: an array, or the typed array that reading gives. */
export type BigIntList = ArrayLike<bigint> & Iterable<bigint>;

/** What a column, or an item of a list, holds: `V` in TypeScript, `type` in Arrow. */
export interface ValueType<V> {
  /** Type on the wire. */
  readonly type: DataType;
  /** What a value must obey beyond its Arrow type; `undefined` = nothing. */
  readonly shape: Shape | undefined;
  /** Never set: lets the compiler tell `ValueType<number>` from `ValueType<string>`. */
  readonly _value?: V;
}

/** What values of a type are in TypeScript: `ValueOf<typeof IMU>` is `IMU`. */
export type ValueOf<Type extends ValueType<unknown>> = Type extends ValueType<infer V> ? V : never;

/** A kind of message: its tag, its columns, and what its values must obey. */
export interface OntologyType<T> extends ValueType<T> {
  /** Name in the catalogue, such as `IMU`. */
  readonly tag: string;
  /** Columns of the type itself; `key` is the property where it differs from the wire name. */
  readonly fields: readonly Field[];
  /** Columns of a topic: `timestamp_ns`, then {@linkcode OntologyType.fields}. */
  readonly schema: Schema;
  /** How a server should store it. */
  readonly serializationFormat: SerializationFormat;
  /** First ten hex digits of the SHA-1 of the columns' text form: equal on every implementation. */
  readonly fingerprint: string;
  /** Paths to the columns for queries: `IMU.Q.acceleration.x.gt(5)`. */
  readonly Q: Paths<T>;
  /**
   * Checks what Arrow types cannot say; `undefined` when there is nothing of the kind. Null where the wire forbids it and
   * values of a wrong Arrow type are found when a batch is built.
   *
   * @throws {SchemaError} names type, field, value and rule
   */
  readonly validate: ((value: unknown) => void) | undefined;
  /**
   * The same of a batch in the layout of {@linkcode OntologyType.schema}, column by column.
   *
   * @throws {SchemaError} names type, row, field, value and rule
   */
  readonly validateBatch: ((batch: Batch) => void) | undefined;
}

/** One record of a topic. */
export interface Message<T> {
  /** Record time, nanoseconds of an epoch the writer chose; Unix time by custom. */
  readonly timestampNs: bigint;
  /** The value. */
  readonly data: T;
}
