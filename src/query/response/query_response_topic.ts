/**
 * A topic in the answer to a query.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import { type ClusterizeRequest, type QueryItemTopic, type TimestampRange, unpackLocator } from "../../protocol/mod.ts";
import { QueryError } from "../errors.ts";
import { aggregateRequest, type AggregateResult, type Aggregates, readAggregates } from "./aggregates.ts";
import type { ClusterizeOptions, GapOptions, IntersectOptions } from "./cluster_options.ts";
import { SequenceCluster, TopicCluster } from "./clusters.ts";
import type { QueryCalls } from "./query_calls.ts";

/** What a topic needs to ask for its matching records. */
export interface QueryContext {
  /** Conditions of the query on records, all types. */
  readonly ontology: JsonObject;
  /** The client's calls; absent = the response only holds names. */
  readonly calls?: QueryCalls;
}

/** A topic that fulfils a query. */
export class QueryResponseTopic {
  /** Name in the sequence, with a leading slash. */
  readonly name: string;
  /** `sequence/topic/path`. */
  readonly locator: string;
  /** Tag of its type; empty where an old server does not say. */
  readonly ontologyTag: string;
  readonly #context: QueryContext;

  /** A topic as the server named it, in the context of its query. */
  constructor({ locator, ontologyTag }: QueryItemTopic, context: QueryContext) {
    this.name = unpackLocator(locator).topic;
    this.locator = locator;
    this.ontologyTag = ontologyTag;
    this.#context = context;
  }

  /**
   * Runs of the records that fulfil the query's conditions on this type.
   *
   * @throws {QueryError} `query.no_condition` when the query has none on it; `query.detached` without a client
   */
  async clusterize(options: ClusterizeOptions = {}): Promise<readonly TopicCluster[]> {
    const { clusteringDtNs = 0n, range, signal } = options;
    const request = this.#request(clusteringDtNs);
    const calls = this.#calls;
    const clusters = await calls.clusterize(
      range === undefined ? request : { ...request, timestampRange: range },
      signal === undefined ? {} : { signal },
    );
    return clusters.map((cluster) => new TopicCluster(cluster, this.locator, calls));
  }

  /**
   * Spans in which this topic and all `others` of its sequence have matching records.
   *
   * @throws {QueryError} as {@linkcode QueryResponseTopic.clusterize}, of any of the topics
   */
  async intersect(
    others: readonly QueryResponseTopic[],
    options: IntersectOptions = {},
  ): Promise<readonly SequenceCluster[]> {
    const { intersectDtNs = 0n, signal } = options;
    const all = [this, ...others];
    const topics = all.map((topic) => topic.#request(topic.gap(options)));
    const calls = this.#calls;
    const clusters = await calls.intersect({ topics, intersectDtNs }, signal === undefined ? {} : { signal });
    const { sequence } = unpackLocator(this.locator);
    const names = [...new Set(all.map((topic) => topic.name))];
    return clusters.map((cluster) => new SequenceCluster(cluster, sequence, names, calls));
  }

  /**
   * Figures over the records that fulfil the query's conditions on this type; over all records where it has none.
   *
   * @example
   * ```ts
   * import { IMU, type QueryResponseTopic, records } from "@mosaico/client";
   *
   * async function hardest(topic: QueryResponseTopic): Promise<string> {
   *   const { count, peak } = await topic.aggregate({ count: records.count(), peak: IMU.Q.acceleration.x.max() });
   *   return `${count} records, up to ${peak} m/s²`;
   * }
   * ```
   *
   * @throws {QueryError} `query.unsupported_by_server` by servers without this extension; `query.detached` without a client
   * @throws {RpcError} `rpc.invalid_argument` for columns the topic does not have
   */
  async aggregate<A extends Aggregates>(
    aggregates: A,
    options: TimestampRange & { readonly signal?: AbortSignal } = {},
  ): Promise<AggregateResult<A>> {
    const { signal } = options;
    const request = aggregateRequest(this.locator, aggregates, this.#conditions, options);
    return readAggregates(aggregates, await this.#calls.aggregate(request, signal === undefined ? {} : { signal }));
  }

  /** The gap the options set for this topic. */
  gap({ clusteringDtNsByTag = {}, clusteringDtNs = 0n }: GapOptions): bigint {
    return Object.hasOwn(clusteringDtNsByTag, this.ontologyTag)
      ? clusteringDtNsByTag[this.ontologyTag]!
      : clusteringDtNs;
  }

  get #calls(): QueryCalls {
    const { calls } = this.#context;
    if (calls !== undefined) return calls;
    throw new QueryError("query.detached", `Cannot search ${this.locator}: the response belongs to no client`);
  }

  /** The query's conditions on this type. */
  get #conditions(): JsonObject {
    const prefix = `${this.ontologyTag}.`;
    return Object.fromEntries(Object.entries(this.#context.ontology).filter(([key]) => key.startsWith(prefix)));
  }

  #request(clusteringDtNs: bigint): ClusterizeRequest {
    const ontology = this.#conditions;
    if (Object.keys(ontology).length === 0) {
      const text = `Cannot search ${this.locator}: the query has no condition on ${this.ontologyTag}`;
      throw new QueryError("query.no_condition", text, { locator: this.locator, ontologyTag: this.ontologyTag });
    }
    return { locator: this.locator, clusteringDtNs, ontology };
  }
}
