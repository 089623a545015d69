/**
 * Figures over the records of a topic: what is asked, and what comes back.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import type { AggregateExpression } from "../../ontology/mod.ts";
import type { AggregateRequest, AggregateValue, TimestampRange } from "../../protocol/mod.ts";

/** Figures under names of the caller's choice. */
export type Aggregates = Readonly<Record<string, AggregateExpression<unknown>>>;

/** The figures that came back, under the same names. */
export type AggregateResult<A extends Aggregates> = {
  readonly [K in keyof A]: A[K] extends AggregateExpression<infer V> ? V : never;
};

/** The request for `aggregates` over the records of `locator` within `window`. @throws {RangeError} when nothing is asked */
export function aggregateRequest(
  locator: string,
  aggregates: Aggregates,
  ontology: JsonObject,
  { startNs, endNs }: TimestampRange,
): AggregateRequest {
  const asked = Object.values(aggregates);
  if (asked.length === 0) {
    throw new RangeError(`Cannot aggregate ${locator}: nothing is asked for; name at least one figure`);
  }
  const timestampRange = {
    ...(startNs === undefined ? {} : { startNs }),
    ...(endNs === undefined ? {} : { endNs }),
  };
  return {
    locator,
    ontology,
    ...(Object.keys(timestampRange).length === 0 ? {} : { timestampRange }),
    aggregates: asked.map(({ function: name, key, percent }) => ({
      function: name,
      ...(key === undefined ? {} : { key }),
      ...(percent === undefined ? {} : { percent }),
    })),
  };
}

/** The `values` of an answer under their names, in the types of their columns. */
export function readAggregates<A extends Aggregates>(
  aggregates: A,
  values: readonly AggregateValue[],
): AggregateResult<A> {
  const entries = Object.entries(aggregates).map(([name, { decode }], i) => [name, decode(values[i])]);
  return Object.fromEntries(entries) as AggregateResult<A>;
}
