/**
 * Many values at once, as columns.
 *
 * @module
 */

/** Numbers of up to 32 bits and floats, packed. */
export type NumericArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** 64-bit integers, packed. */
export type BigIntArray = BigInt64Array | BigUint64Array;

/** Rows of type `T` as columns, with their record times: `{ timestampNs, acceleration: { x, y, z }, … }`. */
export type ColumnsOf<T> = StructColumns<T> & {
  /** Record time of each row, nanoseconds. */
  readonly timestampNs: BigInt64Array | readonly bigint[];
};

/** A column for each property of a struct. */
export type StructColumns<T> = {
  readonly [K in keyof T]: ColumnValues<NonNullable<T[K]>> | Extract<T[K], undefined>;
};

/**
 * The values of one column: a typed array of the column's own kind, an object of columns for a struct, or an array of a
 * value for each row. A fixed-size list of numbers may be one typed array of all its items.
 */
export type ColumnValues<V> = [V] extends [number] ? NumericArray | readonly (V | null | undefined)[]
  : [V] extends [bigint] ? BigIntArray | readonly (V | null | undefined)[]
  : [V] extends [boolean | string | Uint8Array | ReadonlyMap<unknown, unknown>] ? readonly (V | null | undefined)[]
  : [V] extends [ArrayLike<number>] ? NumericArray | readonly (V | null | undefined)[]
  : [V] extends [ArrayLike<bigint>] ? BigIntArray | readonly (V | null | undefined)[]
  : [V] extends [ArrayLike<unknown>] ? readonly (V | null | undefined)[]
  : [V] extends [object] ? StructColumns<V> | readonly (V | null | undefined)[]
  : unknown;
