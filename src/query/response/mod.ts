/**
 * Answers to queries.
 *
 * @module
 */
export { aggregateRequest, type AggregateResult, type Aggregates, readAggregates } from "./aggregates.ts";
export type {
  ClusterizeAllOptions,
  ClusterizeOptions,
  GapOptions,
  IntersectOptions,
  IntersectRequest,
} from "./cluster_options.ts";
export { type ClusterStreamOptions, SequenceCluster, TopicCluster } from "./clusters.ts";
export type {
  ClusterAnswer,
  ClusterRange,
  DownloadWindow,
  MergedStream,
  QueryCalls,
  RecordStream,
  TopicRecord,
} from "./query_calls.ts";
export { QueryResponse, type QueryResponseOptions } from "./query_response.ts";
export { QueryResponseItem } from "./query_response_item.ts";
export { type QueryContext, QueryResponseTopic } from "./query_response_topic.ts";
