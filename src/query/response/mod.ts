/**
 * Answers to queries.
 *
 * @module
 */
export type {
  ClusterCalls,
  ClusterizeAllOptions,
  ClusterizeOptions,
  GapOptions,
  IntersectOptions,
  IntersectRequest,
} from "./clusters.ts";
export { QueryResponse, type QueryResponseOptions } from "./query_response.ts";
export { QueryResponseItem } from "./query_response_item.ts";
export { type QueryContext, QueryResponseTopic } from "./query_response_topic.ts";
