/**
 * The JSON form of aggregates, which is part of the binary form too.
 *
 * @module
 */
import type { JsonReader } from "./json_reader.ts";
import { type Actions, type Aggregate, AGGREGATE_FUNCTIONS, type AggregateValue } from "./types.ts";

/** A list of aggregates. */
export const AGGREGATES = {
  /** A value that `stringifyJson` takes. */
  write: (aggregates: readonly Aggregate[]): unknown =>
    aggregates.map(({ function: name, key, percent }) => ({
      function: name,
      ...(key === undefined ? {} : { key }),
      ...(percent === undefined ? {} : { percent }),
    })),
  /** The list, checked. */
  read: (reader: JsonReader): Aggregate[] =>
    reader.list().map((item) => {
      const key = item.field("key").optional((field) => field.text());
      const percent = item.field("percent").optional((field) => field.number());
      return {
        function: item.field("function").oneOf(AGGREGATE_FUNCTIONS),
        ...(key === undefined ? {} : { key }),
        ...(percent === undefined ? {} : { percent }),
      };
    }),
} as const;

/** Figures. */
export const AGGREGATE_ANSWER = {
  /** A value that `stringifyJson` takes. */
  write: ({ values }: Actions["topic_aggregate"]["answer"]): unknown => ({ values: values.map(writeValue) }),
  /** The figures, checked. */
  read: (reader: JsonReader): Actions["topic_aggregate"]["answer"] => ({
    values: reader.field("values").list().map(readValue),
  }),
} as const;

/**
 * Digits alone are an integer to the reader, exact or a `bigint`; JSON has no word for NaN and the infinities. A double
 * of either kind is sent as its text.
 */
function writeValue(value: AggregateValue): unknown {
  if (typeof value !== "number") return value ?? null;
  const staysNumber = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  return staysNumber ? value : { float: String(value) };
}

function readValue(reader: JsonReader): AggregateValue {
  return reader.optional((value) => value.scalar() ?? value.field("float").doubleText());
}
