/**
 * Finding topics and moments by what is known of them and by what they hold.
 *
 * @module
 */
import type { Actions, AggregateValue, QueryItem, TopicCluster } from "../../protocol/mod.ts";
import { parseOntology, parseQuery, type RecordCondition } from "../../query/mod.ts";
import type { FoundTopic } from "../catalogue/mod.ts";
import { aggregate, type AnswerOptions, questionOf, Statistics, type TimeSpan } from "../engine/mod.ts";
import type { ActionHandlers } from "./action_handlers.ts";
import { clusterize, intersect } from "./clusters.ts";
import { findTopic, locatorOf, readWindow, type ServiceParts } from "./parts.ts";
import { refuse } from "./statuses.ts";

/** Most figures of one request. */
const MAX_AGGREGATES = 64;

/** Handlers of queries. */
export const QUERY_ACTIONS: ActionHandlers<
  "query" | "query_explain" | "topic_filter_clusterize" | "topic_filter_intersect" | "topic_aggregate"
> = {
  query: {
    scope: "read",
    answer: async (parts, request, signal) => ({
      items: await query(parts, request, { signal, statistics: new Statistics() }),
    }),
  },
  query_explain: {
    scope: "read",
    answer: async (parts, request, signal) => {
      const statistics = new Statistics();
      const items = await query(parts, request, { signal, statistics });
      return { items, statistics: statistics.finish() };
    },
  },
  topic_filter_clusterize: {
    scope: "read",
    answers: (parts, request, signal) => numbered(clusterize(parts, request, signal)),
  },
  topic_filter_intersect: {
    scope: "read",
    answers: (parts, request, signal) => numbered(intersect(parts, request, signal)),
  },
  topic_aggregate: {
    scope: "read",
    answer: async (parts, request, signal) => ({ values: await figures(parts, request, signal) }),
  },
};

async function query(
  parts: ServiceParts,
  request: Actions["query"]["request"],
  options: AnswerOptions,
): Promise<QueryItem[]> {
  const { sequence, topic, ontology } = parseQuery(request.query);
  if (sequence.length + topic.length + ontology.size === 0) return [];
  const tags = ontology.size === 0 ? undefined : [...ontology.keys()];
  const items: QueryItem[] = [];
  for (const known of parts.directory.catalogue.search({ sequence, topic, tags })) {
    options.signal.throwIfAborted();
    const found = await topicsWithRecords(parts, known, ontology, options);
    if (found.length === 0) continue;
    items.push({
      sequence: found[0]!.sequenceName,
      topics: found.map((topic) => ({ locator: locatorOf(topic), ontologyTag: topic.ontologyTag })),
    });
  }
  return items;
}

/** Those of the topics of a sequence that hold a record for the conditions on their type; none at all unless every type has one. */
async function topicsWithRecords(
  parts: ServiceParts,
  topics: readonly FoundTopic[],
  ontology: ReadonlyMap<string, readonly RecordCondition[]>,
  options: AnswerOptions,
): Promise<readonly FoundTopic[]> {
  if (ontology.size === 0) return topics;
  const found = new Set<FoundTopic>();
  for (const [tag, conditions] of ontology) {
    const before = found.size;
    for (const topic of topics) {
      if (topic.ontologyTag !== tag) continue;
      const record = parts.directory.catalogue.topics.byId(topic.id);
      // It may have been deleted since it was found.
      if (record !== undefined && await parts.engine.has(questionOf(record, conditions), options)) found.add(topic);
    }
    if (found.size === before) return [];
  }
  return topics.filter((topic) => found.has(topic));
}

async function figures(
  parts: ServiceParts,
  { locator, ontology, timestampRange, aggregates }: Actions["topic_aggregate"]["request"],
  signal: AbortSignal,
): Promise<readonly AggregateValue[]> {
  if (aggregates.length === 0 || aggregates.length > MAX_AGGREGATES) {
    throw refuse.badRequest(`1 to ${MAX_AGGREGATES} aggregates can be asked for, found ${aggregates.length}`);
  }
  const topic = findTopic(parts, locator);
  const byTag = parseOntology(ontology);
  for (const tag of byTag.keys()) {
    if (tag === topic.ontologyTag) continue;
    throw refuse.badRequest(`wrong ontology tag ${tag}, topic ${locator} holds ${topic.ontologyTag}`);
  }
  const question = questionOf(topic, byTag.get(topic.ontologyTag) ?? [], readWindow(timestampRange));
  return await aggregate(parts.engine, question, aggregates, { signal, statistics: new Statistics() });
}

async function* numbered(spans: AsyncIterable<TimeSpan>): AsyncGenerator<TopicCluster, void, void> {
  let id = 0n;
  for await (const range of spans) yield { id: id++, range };
}
