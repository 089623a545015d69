/**
 * The machinery of ontology types: column tables, fingerprints, registry, paths for queries.
 *
 * @module
 */
export {
  type AggregateExpression,
  type AggregateName,
  type NumericAggregates,
  type OrderedAggregates,
  records,
  type ValueAggregates,
} from "./aggregate.ts";
export type { BigIntArray, ColumnsOf, ColumnValues, NumericArray, StructColumns } from "./column_values.ts";
export {
  type AnyColumn,
  type Columns,
  type ColumnTable,
  optional,
  type OptionalColumn,
  required,
  type RequiredColumn,
  type RowOf,
} from "./columns.ts";
export { defineOntology, type OntologyOptions, struct } from "./define.ts";
export {
  type BooleanPath,
  type NumericPath,
  type Operator,
  type OrderedPath,
  queryableBoolean,
  queryableNumeric,
  queryableString,
  type QueryExpression,
  type StringPath,
} from "./expression.ts";
export { fingerprintOf } from "./fingerprint.ts";
export type { ClosedPath, InList, ListPath, Path, Paths, StructPath } from "./paths.ts";
export { readingSchema } from "./reading_schema.ts";
export { OntologyRegistry } from "./registry.ts";
export type {
  BigIntList,
  Message,
  NumberList,
  OntologyType,
  SerializationFormat,
  ValueOf,
  ValueType,
} from "./types.ts";
export { type UnmodeledData, unmodeledType } from "./unmodeled.ts";
export type { Member, Rule, Shape, Violation } from "./validation.ts";
export {
  binary,
  bool,
  fixedList,
  float16,
  float32,
  float64,
  type IndexBelow,
  int16,
  int32,
  int64,
  int8,
  list,
  type ListOf,
  map,
  matrix,
  oneOf,
  tensor3d,
  tuple,
  type TupleOf,
  uint16,
  uint32,
  uint64,
  uint8,
  utf8,
} from "./values.ts";
