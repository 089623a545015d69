/**
 * The column table of a type: which property is which column.
 *
 * @module
 */
import type { ValueType } from "./types.ts";

/** A column whose property is always there. */
export interface RequiredColumn<V> {
  /** Name on the wire. */
  readonly name: string;
  /** What it holds. */
  readonly value: ValueType<V>;
  /** Whether the wire allows null. */
  readonly nullable: boolean;
  /** Whether the property may be left out. */
  readonly optional: false;
}

/** A column whose property may be absent, which is null on the wire. */
export interface OptionalColumn<V> extends Omit<RequiredColumn<V>, "optional"> {
  /** Whether the property may be left out. */
  readonly optional: true;
}

/** A column of either sort. */
export type AnyColumn = RequiredColumn<unknown> | OptionalColumn<unknown>;

/** The columns of `T`, a property each, in the order of the wire. */
export type Columns<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? OptionalColumn<NonNullable<T[K]>>
    : RequiredColumn<T[K]>;
};

/**
 * A column that every value has. With `nullable` the wire would allow null, values must not: columns of that sort came
 * about in other implementations and have to keep their shape.
 */
export function required<V>(
  name: string,
  value: ValueType<V>,
  options: { nullable?: boolean } = {},
): RequiredColumn<V> {
  return { name, value, nullable: options.nullable ?? false, optional: false };
}

/** A column that a value may lack. */
export function optional<V>(name: string, value: ValueType<V>): OptionalColumn<V> {
  return { name, value, nullable: true, optional: true };
}
