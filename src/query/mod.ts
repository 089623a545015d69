/**
 * Queries: how they are put together, how a server reads and answers them, and what comes back.
 *
 * @module
 */
export { type ErrorFacts, type JsonObject, type JsonValue, MosaicoError, type OpeningStream } from "../base/mod.ts";
export type { Batch, Column, DataType, Field, Schema, TimeUnit, ValueArray } from "../columnar/mod.ts";
export {
  type AggregateExpression,
  type AggregateName,
  type BooleanPath,
  type NumericAggregates,
  type NumericPath,
  type Operator,
  type OrderedAggregates,
  type OrderedPath,
  queryableBoolean,
  queryableNumeric,
  queryableString,
  type QueryExpression,
  records,
  type StringPath,
  type ValueAggregates,
} from "../ontology/mod.ts";
export type {
  ClosedPath,
  InList,
  ListPath,
  Member,
  Message,
  OntologyType,
  Path,
  Paths,
  Rule,
  SerializationFormat,
  Shape,
  StructPath,
  ValueType,
  Violation,
} from "../ontology/mod.ts";
export type {
  Aggregate,
  AggregateFunction,
  AggregateRequest,
  AggregateValue,
  ClusterizeRequest,
  QueryItem,
  QueryItemTopic,
  QueryStatistics,
  TimestampRange,
} from "../protocol/mod.ts";
export * from "./builder/mod.ts";
export { QueryError } from "./errors.ts";
export * from "./predicate/mod.ts";
export * from "./response/mod.ts";
export * from "./text/mod.ts";
