/**
 * A sequence in the answer to a query.
 *
 * @module
 */
import type { QueryItem } from "../../protocol/mod.ts";
import { QueryError } from "../errors.ts";
import type { ClusterizeAllOptions, IntersectOptions } from "./cluster_options.ts";
import type { SequenceCluster, TopicCluster } from "./clusters.ts";
import { type QueryContext, QueryResponseTopic } from "./query_response_topic.ts";

/** A sequence with its topics that fulfil a query. */
export class QueryResponseItem {
  /** The sequence. */
  readonly sequence: { readonly name: string };
  /** Its topics that fulfil the query. */
  readonly topics: readonly QueryResponseTopic[];

  /** An item as the server sent it, in the context of its query. */
  constructor({ sequence, topics }: QueryItem, context: QueryContext) {
    this.sequence = { name: sequence };
    this.topics = topics.map((topic) => new QueryResponseTopic(topic, context));
  }

  /**
   * Runs of matching records of every topic, by its name.
   *
   * @throws {QueryError} as {@linkcode QueryResponseTopic.clusterize}, of any of the topics
   */
  async clusterizeAll(options: ClusterizeAllOptions = {}): Promise<ReadonlyMap<string, readonly TopicCluster[]>> {
    const { range, signal } = options;
    const clusters = new Map<string, readonly TopicCluster[]>();
    for (const topic of this.topics) {
      const found = await topic.clusterize({
        clusteringDtNs: topic.gap(options),
        ...range !== undefined && { range },
        ...signal !== undefined && { signal },
      });
      clusters.set(topic.name, found);
    }
    return clusters;
  }

  /**
   * Spans in which all topics of this item, and all `others`, have matching records.
   *
   * @throws {QueryError} as {@linkcode QueryResponseTopic.clusterize}; `query.empty_response` without topics
   */
  async intersect(
    others: readonly QueryResponseTopic[] = [],
    options: IntersectOptions = {},
  ): Promise<readonly SequenceCluster[]> {
    const [first, ...rest] = this.topics;
    if (first === undefined) {
      const text = `Cannot search ${this.sequence.name}: none of its topics fulfils the query`;
      throw new QueryError("query.empty_response", text, { sequence: this.sequence.name });
    }
    return await first.intersect([...rest, ...others], options);
  }
}
