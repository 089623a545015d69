/**
 * Builders of queries.
 *
 * @module
 */
export { CatalogQuery } from "./catalog_query.ts";
export type { MetadataCondition, MetadataOrdered, MetadataScalar } from "./metadata_condition.ts";
export { Query, type QueryBuilder } from "./query.ts";
export { QueryOntologyCatalog } from "./query_ontology_catalog.ts";
export { QuerySequence } from "./query_sequence.ts";
export { QueryTopic } from "./query_topic.ts";
