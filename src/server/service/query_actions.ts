/**
 * Finding topics and moments by what is known of them and by what they hold.
 *
 * @module
 */
import type { Actions, QueryItem, TopicCluster } from "../../protocol/mod.ts";
import {
  compileRecordPredicate,
  matchesSequence,
  matchesTopic,
  parseQuery,
  type RecordCondition,
} from "../../query/mod.ts";
import { decodeSchema } from "../../columnar/mod.ts";
import type { TopicRecord } from "../catalogue/mod.ts";
import type { ActionHandlers } from "./action_handlers.ts";
import { clusterize, intersect, type TimeSpan } from "./clusters.ts";
import { locatorOf, type ServiceParts } from "./parts.ts";
import { TopicData } from "./topic_data.ts";

/** Handlers of queries. */
export const QUERY_ACTIONS: ActionHandlers<"query" | "topic_filter_clusterize" | "topic_filter_intersect"> = {
  query: {
    scope: "read",
    answer: async (parts, request, signal) => ({ items: await query(parts, request, signal) }),
  },
  topic_filter_clusterize: {
    scope: "read",
    answers: (parts, request, signal) => numbered(clusterize(parts, request, signal)),
  },
  topic_filter_intersect: {
    scope: "read",
    answers: (parts, request, signal) => numbered(intersect(parts, request, signal)),
  },
};

async function query(
  parts: ServiceParts,
  request: Actions["query"]["request"],
  signal: AbortSignal,
): Promise<QueryItem[]> {
  const { sequence: onSequence, topic: onTopic, ontology } = parseQuery(request.query);
  if (onSequence.length + onTopic.length + ontology.size === 0) return [];
  const { sequences, topics } = parts.directory.catalogue;
  const items: QueryItem[] = [];
  for (const sequence of sequences.all()) {
    signal.throwIfAborted();
    if (!matchesSequence(onSequence, sequence)) continue;
    const known = topics.ofSequence(sequence.id)
      .filter((topic) => matchesTopic(onTopic, { ...topic, name: `/${topic.path}` }));
    const found = await topicsWithRecords(parts, known, ontology, signal);
    if (found.length === 0) continue;
    items.push({
      sequence: sequence.name,
      topics: found.map((topic) => ({ locator: locatorOf(topic), ontologyTag: topic.ontologyTag })),
    });
  }
  return items;
}

/** Those of `topics` that hold a record for the conditions on their type; none at all unless every type has one. */
async function topicsWithRecords(
  parts: ServiceParts,
  topics: readonly TopicRecord[],
  ontology: ReadonlyMap<string, readonly RecordCondition[]>,
  signal: AbortSignal,
): Promise<readonly TopicRecord[]> {
  if (ontology.size === 0) return topics;
  const found = new Set<TopicRecord>();
  for (const [tag, conditions] of ontology) {
    const before = found.size;
    for (const topic of topics) {
      if (topic.ontologyTag === tag && await hasRecord(parts, topic, conditions, signal)) found.add(topic);
    }
    if (found.size === before) return [];
  }
  return topics.filter((topic) => found.has(topic));
}

async function hasRecord(
  parts: ServiceParts,
  topic: TopicRecord,
  conditions: readonly RecordCondition[],
  signal: AbortSignal,
): Promise<boolean> {
  if (topic.schemaHeader === undefined) return false;
  const predicate = compileRecordPredicate(conditions, decodeSchema(topic.schemaHeader));
  if (predicate.scope !== "some") return predicate.scope === "all";
  for await (const { batch } of (await TopicData.open(parts, topic)).batches()) {
    signal.throwIfAborted();
    if (predicate.rows(batch).length > 0) return true;
  }
  return false;
}

async function* numbered(spans: AsyncIterable<TimeSpan>): AsyncGenerator<TopicCluster, void, void> {
  let id = 0n;
  for await (const range of spans) yield { id: id++, range };
}
