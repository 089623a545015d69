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

/** JSON has no word for these numbers. */
const BEYOND_JSON = ["NaN", "Infinity", "-Infinity"] as const;

function writeValue(value: AggregateValue): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return { float: String(value) };
  return value ?? null;
}

function readValue(reader: JsonReader): AggregateValue {
  return reader.optional((value) => value.scalar() ?? Number(value.field("float").oneOf(BEYOND_JSON)));
}
