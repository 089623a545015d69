/**
 * What answers to queries ask of their client.
 *
 * @module
 */
import type { OntologyType } from "../../ontology/mod.ts";
import type { DownloadWindow, QueryCalls } from "../../query/mod.ts";
import type { TopicStreamer } from "../reading/mod.ts";
import { aggregate } from "./extension.ts";
import { opening, openTopicStreamer } from "./open_topic.ts";
import type { HandlerParts } from "./parts.ts";
import { SequenceHandler } from "./sequence_handler.ts";
import { openTopicHandler } from "./topic_handler.ts";

/** The calls of responses, made with `parts`. */
export function queryCalls(parts: HandlerParts): QueryCalls {
  const { control } = parts;
  return {
    clusterize: (request, options) => Array.fromAsync(control.page("topic_filter_clusterize", request, options)),
    intersect: (request, options) => Array.fromAsync(control.page("topic_filter_intersect", request, options)),
    aggregate: (request, options) => aggregate(parts, request, options),
    streamTopic: (locator, type, window) => opening(window.signal, () => streamTopic(locator, type, window, parts)),
    streamTopics: async (sequence, topics, window) => {
      const info = await opening(window.signal, () => control.sequenceInfo(sequence, {}, window));
      return new SequenceHandler(info, parts).stream({ ...window, topics });
    },
  };
}

/** A stream of its own: those of handlers go on. */
async function streamTopic<T>(
  locator: string,
  type: OntologyType<T> | undefined,
  window: DownloadWindow,
  parts: HandlerParts,
): Promise<TopicStreamer<T>> {
  const handler = type === undefined ? undefined : await openTopicHandler(locator, type, parts, window);
  if (handler !== undefined) return await handler.stream(window);
  const { endpoint } = await parts.control.topicInfo(locator, window, window);
  return await openTopicStreamer<T>(endpoint, parts, window.signal);
}
