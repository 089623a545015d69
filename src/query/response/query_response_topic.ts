/**
 * A topic in the answer to a query.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import { type ClusterizeRequest, type QueryItemTopic, type TopicCluster, unpackLocator } from "../../protocol/mod.ts";
import { QueryError } from "../errors.ts";
import type { ClusterCalls, ClusterizeOptions, GapOptions, IntersectOptions } from "./clusters.ts";

/** What a topic needs to ask for its matching records. */
export interface QueryContext {
  /** Conditions of the query on records, all types. */
  readonly ontology: JsonObject;
  /** The client's calls; absent = the response only holds names. */
  readonly calls?: ClusterCalls;
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
    return await this.#calls.clusterize(
      range === undefined ? request : { ...request, timestampRange: range },
      signal === undefined ? {} : { signal },
    );
  }

  /**
   * Spans in which this topic and all `others` of its sequence have matching records.
   *
   * @throws {QueryError} as {@linkcode QueryResponseTopic.clusterize}, of any of the topics
   */
  async intersect(
    others: readonly QueryResponseTopic[],
    options: IntersectOptions = {},
  ): Promise<readonly TopicCluster[]> {
    const { intersectDtNs = 0n, signal } = options;
    const topics = [this, ...others].map((topic) => topic.#request(topic.gap(options)));
    return await this.#calls.intersect({ topics, intersectDtNs }, signal === undefined ? {} : { signal });
  }

  /** The gap the options set for this topic. */
  gap({ clusteringDtNsByTag = {}, clusteringDtNs = 0n }: GapOptions): bigint {
    return Object.hasOwn(clusteringDtNsByTag, this.ontologyTag)
      ? clusteringDtNsByTag[this.ontologyTag]!
      : clusteringDtNs;
  }

  get #calls(): ClusterCalls {
    const { calls } = this.#context;
    if (calls !== undefined) return calls;
    throw new QueryError("query.detached", `Cannot search ${this.locator}: the response belongs to no client`);
  }

  #request(clusteringDtNs: bigint): ClusterizeRequest {
    const prefix = `${this.ontologyTag}.`;
    const ontology = Object.fromEntries(
      Object.entries(this.#context.ontology).filter(([key]) => key.startsWith(prefix)),
    );
    if (Object.keys(ontology).length === 0) {
      const text = `Cannot search ${this.locator}: the query has no condition on ${this.ontologyTag}`;
      throw new QueryError("query.no_condition", text, { locator: this.locator, ontologyTag: this.ontologyTag });
    }
    return { locator: this.locator, clusteringDtNs, ontology };
  }
}
