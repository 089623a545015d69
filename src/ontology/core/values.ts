/**
 * Value types: what a column or an item of a list can hold.
 *
 * @module
 */
import type { DataType } from "../../columnar/mod.ts";
import type { BigIntList, NumberList, ValueType } from "./types.ts";

function plain<V>(type: DataType): ValueType<V> {
  return { type, shape: undefined };
}

/** Integer, −128 to 127. */
export const int8: ValueType<number> = plain({ kind: "int", bits: 8, signed: true });
/** Integer, 16 bits, signed. */
export const int16: ValueType<number> = plain({ kind: "int", bits: 16, signed: true });
/** Integer, 32 bits, signed. */
export const int32: ValueType<number> = plain({ kind: "int", bits: 32, signed: true });
/** Integer, 64 bits, signed. */
export const int64: ValueType<bigint> = plain({ kind: "int", bits: 64, signed: true });
/** Integer, 0 to 255. */
export const uint8: ValueType<number> = plain({ kind: "int", bits: 8, signed: false });
/** Integer, 16 bits, unsigned. */
export const uint16: ValueType<number> = plain({ kind: "int", bits: 16, signed: false });
/** Integer, 32 bits, unsigned. */
export const uint32: ValueType<number> = plain({ kind: "int", bits: 32, signed: false });
/** Integer, 64 bits, unsigned. */
export const uint64: ValueType<bigint> = plain({ kind: "int", bits: 64, signed: false });
/** IEEE half: 11 significant bits. */
export const float16: ValueType<number> = plain({ kind: "float", bits: 16 });
/** IEEE single: 24 significant bits. */
export const float32: ValueType<number> = plain({ kind: "float", bits: 32 });
/** IEEE double. */
export const float64: ValueType<number> = plain({ kind: "float", bits: 64 });
/** True or false. */
export const bool: ValueType<boolean> = plain({ kind: "bool" });
/** Text. */
export const utf8: ValueType<string> = plain({ kind: "utf8" });
/** Bytes. Reading returns a view of the batch. */
export const binary: ValueType<Uint8Array> = plain({ kind: "binary" });

/** Text out of a fixed set; or 64-bit integers, the numbers of an enumeration. */
export function oneOf<const V extends string | bigint>(...values: readonly V[]): ValueType<V> {
  const { type } = typeof values[0] === "bigint" ? int64 : utf8;
  return { type, shape: { kind: "choice", values: new Set(values) } };
}

/** What a list of `V` is in TypeScript. */
export type ListOf<V> = [V] extends [number] ? NumberList : [V] extends [bigint] ? BigIntList : readonly V[];

/** A list of any length. */
export function list<V>(item: ValueType<V>): ValueType<ListOf<V>> {
  return {
    type: { kind: "list", item: { name: "item", type: item.type, nullable: true } },
    shape: item.shape && { kind: "list", item: item.shape },
  };
}

/** A list of exactly `size` items. @throws {RangeError} when `size` is no positive integer */
export function fixedList<V>(item: ValueType<V>, size: number): ValueType<ListOf<V>> {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`Cannot define a list: ${size} is no positive size`);
  return {
    type: { kind: "fixedSizeList", size, item: { name: "item", type: item.type, nullable: true } },
    shape: item.shape && { kind: "list", item: item.shape },
  };
}

/**
 * Rows of one length each: a list of lists. A size that is left out, or `undefined`, may be any.
 *
 * @throws {RangeError} when a size is no positive integer
 */
export function matrix<V>(item: ValueType<V>, rows?: number, columns?: number): ValueType<ListOf<ListOf<V>>> {
  return sized(sized(item, columns), rows);
}

/** Matrices of one size each: a list of them; sizes as in {@linkcode matrix}. @throws {RangeError} when a size is no positive integer */
export function tensor3d<V>(
  item: ValueType<V>,
  depth?: number,
  rows?: number,
  columns?: number,
): ValueType<ListOf<ListOf<ListOf<V>>>> {
  return sized(matrix(item, rows, columns), depth);
}

function sized<V>(item: ValueType<V>, size: number | undefined): ValueType<ListOf<V>> {
  return size === undefined ? list(item) : fixedList(item, size);
}

/** Exactly `N` items, as the compiler sees them: `[0, 0, 1]` when written; an array or typed array of that length when read. */
export type TupleOf<V, N extends number> =
  & ArrayLike<V>
  & Iterable<V>
  & { readonly length: N }
  & { readonly [I in IndexBelow<N>]: V };

/** The indices below `N`: `"0" | "1" | "2"` of 3. */
export type IndexBelow<N extends number, Counted extends readonly unknown[] = []> = Counted["length"] extends N ? never
  : `${Counted["length"]}` | IndexBelow<N, readonly [...Counted, unknown]>;

/**
 * A list of exactly `size` items whose length the compiler checks: on the wire what {@linkcode fixedList} makes. For a handful of
 * items; typed arrays have to be cast, as their length is not known.
 *
 * @throws {RangeError} when `size` is no positive integer
 */
export function tuple<V, const N extends number>(item: ValueType<V>, size: N): ValueType<TupleOf<V, N>> {
  return fixedList(item, size) as ValueType<unknown> as ValueType<TupleOf<V, N>>;
}

/** A dictionary; keys are unique. */
export function map<K, V>(key: ValueType<K>, value: ValueType<V>): ValueType<ReadonlyMap<K, V>> {
  const fields = [
    { name: "key", type: key.type, nullable: false },
    { name: "value", type: value.type, nullable: true },
  ];
  return {
    type: {
      kind: "map",
      entries: { name: "entries", type: { kind: "struct", fields }, nullable: false },
      keysSorted: false,
    },
    shape: value.shape && { kind: "map", value: value.shape },
  };
}
