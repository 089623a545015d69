/**
 * Figures over the records of a topic, such as the largest value of a column.
 *
 * @module
 */

/** What is computed. */
export type AggregateName = "count" | "rate" | "min" | "max" | "mean" | "std" | "percentile" | "first" | "last";

/** One figure. Null and NaN are no values. */
export interface AggregateExpression<V> {
  /** What is computed. */
  readonly function: AggregateName;
  /** `Tag.path.to.column`, in the names of the wire; absent = the records themselves. */
  readonly key?: string;
  /** Of a percentile, from 0 to 100. */
  readonly percent?: number;
  /** The figure as the server sent it, in the type of the column. */
  decode(value: string | number | bigint | boolean | undefined): V;
}

/** Figures over any column. */
export interface ValueAggregates<V> {
  /** How many values there are. */
  count(): AggregateExpression<number>;
  /** The earliest value; `undefined` without any. */
  first(): AggregateExpression<V | undefined>;
  /** The latest value; `undefined` without any. */
  last(): AggregateExpression<V | undefined>;
}

/** Figures over a column of numbers or text. */
export interface OrderedAggregates<V> extends ValueAggregates<V> {
  /** The least value; `undefined` without any. */
  min(): AggregateExpression<V | undefined>;
  /** The greatest value; `undefined` without any. */
  max(): AggregateExpression<V | undefined>;
}

/** Figures over a column of numbers. */
export interface NumericAggregates<V> extends OrderedAggregates<V> {
  /** The mean; `undefined` without any value. */
  mean(): AggregateExpression<number | undefined>;
  /** The standard deviation of a sample (divided by n − 1); `undefined` with less than two values. */
  std(): AggregateExpression<number | undefined>;
  /** The value that `percent` of the values do not exceed, interpolated between two. @throws {RangeError} unless 0 ≤ `percent` ≤ 100 */
  percentile(percent: number): AggregateExpression<number | undefined>;
}

/** Figures over the records of a topic, whatever they hold. */
export const records: {
  /** How many records there are. */
  count(): AggregateExpression<number>;
  /** Records per second between the first and the last; `undefined` with less than two. */
  rate(): AggregateExpression<number | undefined>;
} = {
  count: () => ({ function: "count", decode: Number }),
  rate: () => ({ function: "rate", decode: optional(Number) }),
};

/** Figures over the column `key`, whose values `read` converts. */
export function valueAggregates<V>(key: string, read: (value: never) => V): ValueAggregates<V> {
  return {
    count: () => over(key, "count", Number),
    first: () => over(key, "first", optional(read)),
    last: () => over(key, "last", optional(read)),
  };
}

/** As {@linkcode valueAggregates}, for values that have an order. */
export function orderedAggregates<V>(key: string, read: (value: never) => V): OrderedAggregates<V> {
  return {
    ...valueAggregates(key, read),
    min: () => over(key, "min", optional(read)),
    max: () => over(key, "max", optional(read)),
  };
}

/** As {@linkcode valueAggregates}, for numbers. */
export function numericAggregates<V>(key: string, read: (value: never) => V): NumericAggregates<V> {
  return {
    ...orderedAggregates(key, read),
    mean: () => over(key, "mean", optional(Number)),
    std: () => over(key, "std", optional(Number)),
    percentile: (percent) => {
      if (typeof percent === "number" && percent >= 0 && percent <= 100) {
        return { ...over(key, "percentile", optional(Number)), percent };
      }
      throw new RangeError(`Cannot ask for a percentile of ${key}: ${percent} is no number from 0 to 100`);
    },
  };
}

function over<V>(
  key: string,
  name: AggregateName,
  decode: AggregateExpression<V>["decode"],
): AggregateExpression<V> {
  const many = /\[[?!]\]/.exec(key);
  if (many === null) return { function: name, key, decode };
  throw new RangeError(
    `Cannot aggregate ${key}: ${many[0]} stands for many values of a record; open the list by an index`,
  );
}

function optional<V>(read: (value: never) => V): AggregateExpression<V | undefined>["decode"] {
  return (value) => value === undefined ? undefined : read(value as never);
}
