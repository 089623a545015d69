/**
 * Queries as a server reads and answers them.
 *
 * @module
 */
export { matchesSequence, matchesTopic, type SequenceFacts, type TopicFacts } from "./catalog_match.ts";
export {
  compileCondition,
  type Condition,
  matchesValue,
  MAX_LIST_LENGTH,
  type Ordered,
  parseCondition,
  type Scalar,
} from "./condition.ts";
export { compileGlob, globMatches, MAX_PATTERN_LENGTH } from "./glob.ts";
export { compileMetadataCondition } from "./metadata_path.ts";
export { doubleSpans, type NumberSpans, type Span, wideSpans } from "./number_spans.ts";
export { type ListSpecifier, type OntologyPath, parseOntologyPath, type PathStep } from "./ontology_path.ts";
export {
  type CatalogCondition,
  parseOntology,
  parseQuery,
  type QueryConditions,
  type RecordCondition,
  type TextField,
} from "./query_conditions.ts";
export { compileRecordPredicate, type QueriedColumn, type RecordPredicate } from "./record_predicate.ts";
export { type TextSpan, textSpans } from "./text_spans.ts";
