/**
 * Starts downloads.
 *
 * @module
 */
import { unpackLocator } from "../../protocol/mod.ts";
import type { TopicEndpoint } from "../control/mod.ts";
import { TopicStreamer, type TopicStreamInfo } from "../reading/mod.ts";
import type { HandlerParts } from "./parts.ts";

/** What is known of a topic within the window its ticket stands for. */
export function streamInfoOf({ metadata }: TopicEndpoint): TopicStreamInfo {
  const { dataInfo, timeWindowInfo, ontologyTag, serializationFormat, locator } = metadata;
  const interval = timeWindowInfo === undefined ? dataInfo.interval : timeWindowInfo.interval;
  return {
    topic: unpackLocator(locator).topic,
    ontologyTag,
    serializationFormat,
    messageCount: timeWindowInfo?.rowCount ?? dataInfo.totalRowCount,
    startNs: interval?.startNs,
    endNs: interval?.endNs,
  };
}

/** Starts the download of one topic. */
export async function openTopicStreamer<T>(
  endpoint: TopicEndpoint,
  parts: HandlerParts,
  signal?: AbortSignal,
  readAheadBytes?: number,
): Promise<TopicStreamer<T>> {
  const lane = await parts.lanes.next(signal);
  return new TopicStreamer<T>(streamInfoOf(endpoint), lane.download(endpoint.ticket, readAheadBytes), parts, signal);
}

/** Starts the downloads of many topics: all, or none. */
export async function openTopicStreamers(
  endpoints: readonly TopicEndpoint[],
  parts: HandlerParts,
  signal: AbortSignal | undefined,
  readAheadBytes: number,
): Promise<TopicStreamer<unknown>[]> {
  const streamers = endpoints.map((endpoint) => openTopicStreamer<unknown>(endpoint, parts, signal, readAheadBytes));
  try {
    return await Promise.all(streamers);
  } catch (error) {
    closeAll(streamers);
    throw error;
  }
}

/** Closes streamers that may be opening still. */
function closeAll(streamers: readonly Promise<TopicStreamer<unknown>>[]): void {
  for (const streamer of streamers) streamer.then((opened) => opened.close(), () => {});
}

/** Runs `open`; when `signal` aborted it, its reason is the error, as it is of a download that runs. */
export async function opening<T>(signal: AbortSignal | undefined, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}
