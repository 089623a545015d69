/**
 * Runs of matching records, and where the runs of several topics overlap.
 *
 * @module
 */
import type { Actions, ClusterizeRequest } from "../../protocol/mod.ts";
import { parseOntology } from "../../query/mod.ts";
import { questionOf, Statistics, type TimeSpan, type TopicQuestion } from "../engine/mod.ts";
import { findTopic, readWindow, type ServiceParts } from "./parts.ts";
import { refuse } from "./statuses.ts";

/** A request whose topic and conditions are known to be good. */
interface Filter {
  readonly question: TopicQuestion;
  /** Largest gap inside a run; 0 = no bound. */
  readonly gapNs: bigint;
}

/** Runs of the records of one topic, in order of time. @throws {RpcError} INVALID_ARGUMENT, NOT_FOUND */
export async function* clusterize(
  parts: ServiceParts,
  request: ClusterizeRequest,
  signal: AbortSignal,
): AsyncGenerator<TimeSpan, void, void> {
  yield* runsOf(parts, readFilter(parts, request), signal);
}

/**
 * Spans in which all topics, at least two, have a run, or miss each other by no more than a tolerance.
 *
 * @throws {RpcError} INVALID_ARGUMENT, NOT_FOUND
 */
export async function* intersect(
  parts: ServiceParts,
  { topics, intersectDtNs }: Actions["topic_filter_intersect"]["request"],
  signal: AbortSignal,
): AsyncGenerator<TimeSpan, void, void> {
  const filters = topics.map((topic) => readFilter(parts, topic));
  const [first] = filters;
  filters.forEach(({ question: { topic } }, i) => {
    const [expected, found] = [first!.question.topic.sequenceName, topic.sequenceName];
    if (found === expected) return;
    throw refuse.badRequest(
      `all topics must belong to sequence ${expected}, but ${topics[i]!.locator} belongs to ${found}`,
    );
  });
  const runs = filters.map((filter) => runsOf(parts, filter, signal));
  const current: TimeSpan[] = [];
  for (const run of runs) {
    const { value } = await run.next();
    if (value === undefined) return;
    current.push(value);
  }
  for (;;) {
    const startNs = current.map((span) => span.startNs).reduce((a, b) => a > b ? a : b);
    const endNs = current.map((span) => span.endNs).reduce((a, b) => a < b ? a : b);
    if (startNs <= endNs) yield { startNs, endNs };
    else if (startNs <= endNs + intersectDtNs) {
      const half = intersectDtNs / 2n;
      yield { startNs: startNs - half, endNs: endNs + (intersectDtNs - half) };
    }
    const earliest = current.findIndex((span) => span.endNs === endNs);
    const { value } = await runs[earliest]!.next();
    if (value === undefined) return;
    current[earliest] = value;
  }
}

function readFilter(parts: ServiceParts, request: ClusterizeRequest): Filter {
  const topic = findTopic(parts, request.locator);
  const window = readWindow(request.timestampRange);
  const ontology = parseOntology(request.ontology);
  for (const tag of ontology.keys()) {
    if (tag === topic.ontologyTag) continue;
    throw refuse.badRequest(`wrong ontology tag ${tag}, topic ${request.locator} holds ${topic.ontologyTag}`);
  }
  const conditions = ontology.get(topic.ontologyTag);
  if (conditions === undefined) throw refuse.badRequest("At least 1 filtering condition is required, found 0");
  return { question: questionOf(topic, conditions, window), gapNs: request.clusteringDtNs };
}

function runsOf(
  parts: ServiceParts,
  { question, gapNs }: Filter,
  signal: AbortSignal,
): AsyncGenerator<TimeSpan, void, void> {
  return parts.engine.runs(question, gapNs, { signal, statistics: new Statistics() });
}
