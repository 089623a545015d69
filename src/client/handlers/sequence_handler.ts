/**
 * A handle to a sequence: what the server knows of it, and ways to read it.
 *
 * @module
 */
import { type JsonObject, MosaicoError } from "../../base/mod.ts";
import { type SessionMetadata, type TopicMetadata, unpackLocator } from "../../protocol/mod.ts";
import type { SequenceInfo, TopicEndpoint } from "../control/mod.ts";
import { SequenceStreamer } from "../reading/mod.ts";
import { type HandlerParts, opening, openTopicStreamer, type StreamWindow } from "./topic_handler.ts";

/** Options of {@linkcode SequenceHandler.stream}. */
export interface SequenceStreamOptions extends StreamWindow {
  /** Topics to stream, with their leading slash. @default all */
  readonly topics?: readonly string[];
}

/** A sequence on the server. Holds metadata only; reading downloads. */
export class SequenceHandler {
  #info: SequenceInfo;
  readonly #parts: HandlerParts;

  /** Made by the client. */
  constructor(info: SequenceInfo, parts: HandlerParts) {
    this.#info = info;
    this.#parts = parts;
  }

  /** Name. */
  get name(): string {
    return this.#info.metadata.locator;
  }
  /** The user's own. */
  get userMetadata(): JsonObject {
    return this.#info.metadata.userMetadata;
  }
  /** Creation, nanoseconds since 1970, UTC. */
  get createdAtNs(): bigint {
    return this.#info.metadata.createdAtNs;
  }
  /** Upload sessions, oldest first. */
  get sessions(): readonly SessionMetadata[] {
    return this.#info.metadata.sessions;
  }
  /** Names of its topics with a leading slash, in the order of their sessions. */
  get topics(): string[] {
    return this.sessions.flatMap((session) => session.topics.map((locator) => unpackLocator(locator).topic));
  }
  /** Whether every session is finalized, so that nothing is being written. */
  get locked(): boolean {
    return this.sessions.length > 0 && this.sessions.every((session) => session.locked);
  }
  /** Ends of its sessions, oldest first; nanoseconds since 1970, UTC. */
  get updatedAtNs(): bigint[] {
    return this.sessions.map((session) => session.completedAtNs).filter((time) => time !== undefined);
  }
  /** Size on the server, over all topics. */
  get totalSizeBytes(): bigint {
    return this.topicInfos.reduce((sum, topic) => sum + topic.dataInfo.totalBytes, 0n);
  }
  /** First record time over all topics; `undefined` without messages. */
  get startNs(): bigint | undefined {
    return least(this.topicInfos.map((topic) => topic.dataInfo.interval?.startNs), (a, b) => a < b);
  }
  /** Last record time over all topics, inclusive; `undefined` without messages. */
  get endNs(): bigint | undefined {
    return least(this.topicInfos.map((topic) => topic.dataInfo.interval?.endNs), (a, b) => a > b);
  }
  /** What the server knows of each topic. */
  get topicInfos(): readonly TopicMetadata[] {
    return this.#info.endpoints.map((endpoint) => endpoint.metadata);
  }

  /** Fetches the metadata again. */
  async reload(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#info = await this.#parts.control.sequenceInfo(this.name, {}, options);
  }

  /**
   * Messages of all or some topics, merged in time. Nothing is downloaded before the first read; leaving the loop early,
   * or aborting `signal`, cancels everything.
   *
   * @throws {MosaicoError} `session.unknown_topic` from the first read, when a name is not a topic of this sequence
   */
  stream(options: SequenceStreamOptions = {}): SequenceStreamer {
    return new SequenceStreamer(() =>
      opening(options.signal, async () => {
        const { endpoints } = await this.#parts.control.sequenceInfo(this.name, options, options);
        const chosen = this.#choose(endpoints, options.topics);
        const withRows = chosen.filter(({ metadata }) =>
          (metadata.timeWindowInfo ?? metadata.dataInfo).interval !== undefined
        );
        const streamers = withRows.map(({ metadata, ticket }) =>
          openTopicStreamer<unknown>(metadata, ticket, this.#parts, options.signal)
        );
        try {
          return await Promise.all(streamers);
        } catch (error) {
          for (const streamer of streamers) streamer.then((opened) => opened.close(), () => {});
          throw error;
        }
      })
    );
  }

  #choose(endpoints: readonly TopicEndpoint[], topics: readonly string[] | undefined): readonly TopicEndpoint[] {
    if (topics === undefined) return endpoints;
    const byName = new Map(endpoints.map((endpoint) => [unpackLocator(endpoint.metadata.locator).topic, endpoint]));
    for (const topic of topics) {
      if (byName.has(topic)) continue;
      const known = [...byName.keys()].join(", ");
      throw new MosaicoError(
        "session.unknown_topic",
        `Cannot stream topic "${topic}" of sequence "${this.name}": its topics are ${known}`,
        { topic, sequence: this.name },
      );
    }
    const wanted = new Set(topics);
    return endpoints.filter((endpoint) => wanted.has(unpackLocator(endpoint.metadata.locator).topic));
  }
}

function least(
  times: readonly (bigint | undefined)[],
  isBefore: (a: bigint, b: bigint) => boolean,
): bigint | undefined {
  let best: bigint | undefined;
  for (const time of times) if (time !== undefined && (best === undefined || isBefore(time, best))) best = time;
  return best;
}
