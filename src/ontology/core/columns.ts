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
  /** What it means, for people; it travels with the schema. */
  readonly description?: string | undefined;
}

/** A column whose property may be absent: null on the wire, or the default. */
export interface OptionalColumn<V> extends Omit<RequiredColumn<V>, "optional"> {
  /** Whether the property may be left out. */
  readonly optional: true;
  /** What is written for a property that was left out. */
  readonly default?: V | undefined;
}

/** A column of either sort. */
export type AnyColumn = RequiredColumn<unknown> | OptionalColumn<unknown>;

/** The columns of `T`, a property each, in the order of the wire. */
export type Columns<T> = unknown extends T ? never : {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? OptionalColumn<NonNullable<T[K]>>
    : RequiredColumn<T[K]>;
};

/** Any column table, its type to be inferred. */
export type ColumnTable = Readonly<Record<string, AnyColumn>>;

/** What values of a column table are: a property for each column, those of optional columns optional. */
export type RowOf<C extends ColumnTable> =
  & {
    -readonly [K in keyof C as C[K] extends RequiredColumn<unknown> ? K : never]: C[K]["value"] extends
      ValueType<infer V> ? V : never;
  }
  & {
    -readonly [K in keyof C as C[K] extends OptionalColumn<unknown> ? K : never]?:
      | (C[K]["value"] extends ValueType<infer V> ? V : never)
      | undefined;
  } extends infer Row ? { [K in keyof Row]: Row[K] } : never;

/**
 * A column that every value has. With `nullable` the wire would allow null, values must not: columns of that sort came
 * about in other implementations and have to keep their shape.
 */
export function required<V>(
  name: string,
  value: ValueType<V>,
  options: { nullable?: boolean; description?: string } = {},
): RequiredColumn<V> {
  const { nullable = false, description } = options;
  return { name, value, nullable, optional: false, description };
}

/** A column that a value may lack: null on the wire, or else `default`, with which the wire forbids null. */
export function optional<V>(
  name: string,
  value: ValueType<V>,
  options: { default?: NoInfer<V>; description?: string } = {},
): OptionalColumn<V> {
  const { default: standard, description } = options;
  return { name, value, nullable: standard === undefined, optional: true, default: standard, description };
}
