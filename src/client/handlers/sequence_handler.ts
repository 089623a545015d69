/**
 * A handle to a sequence: what the server knows of it, and ways to read it.
 *
 * @module
 */
import { type JsonObject, MosaicoError } from "../../base/mod.ts";
import type { OntologyType } from "../../ontology/mod.ts";
import { packLocator, type SessionMetadata, type TopicMetadata, unpackLocator } from "../../protocol/mod.ts";
import { type CallLimits, found, type SequenceInfo, type TopicEndpoint } from "../control/mod.ts";
import { SequenceStreamer } from "../reading/mod.ts";
import { HandlerCache } from "./handler_cache.ts";
import { showInConsole } from "./inspect.ts";
import { openTopicStreamers } from "./open_topic.ts";
import type { HandlerOptions, HandlerParts, StreamWindow } from "./parts.ts";
import { TimePasses } from "./time_passes.ts";
import { openTopicHandler, type TopicHandler } from "./topic_handler.ts";

/** Options of {@linkcode SequenceHandler.stream}. */
export interface SequenceStreamOptions extends StreamWindow {
  /** Topics to stream, with their leading slash. @default all */
  readonly topics?: readonly string[];
  /**
   * Bytes of all topics together, as they are stored, that may wait on this side of the wire. Where reading the topics at
   * once could take more, they are read in spans of time, one after the other.
   *
   * @default 128 MiB
   */
  readonly maxBufferedBytes?: number;
}

const MAX_BUFFERED_BYTES = 128 << 20;

/**
 * A sequence on the server. Holds metadata only, as of when it was made or last reloaded; reading downloads.
 *
 * It has one live stream: {@linkcode stream} closes the one before. To read a sequence several times at once, get handlers
 * with `forceNewInstance`.
 */
export class SequenceHandler {
  static {
    showInConsole<SequenceHandler>(this, [
      "name",
      "topics",
      "locked",
      "startNs",
      "endNs",
      "totalSizeBytes",
      "createdAtNs",
      "userMetadata",
    ]);
  }

  #info: SequenceInfo;
  readonly #parts: HandlerParts;
  readonly #topicHandlers = new HandlerCache<TopicHandler>();
  #live: SequenceStreamer | undefined;

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

  /** Fetches the metadata again. False when the sequence is gone; then it says what it said before. */
  async reload(options: CallLimits = {}): Promise<boolean> {
    const info = await found(() => this.#parts.control.sequenceInfo(this.name, {}, options));
    if (info !== undefined) this.#info = info;
    return info !== undefined;
  }

  /**
   * A handle to one of its topics; downloads no data. Asking again gives the same one.
   *
   * @param type What its rows are: its handler then reads them as that type, whether or not the registry knows it.
   * @throws {MosaicoError} `session.unknown_topic` when the sequence has no such topic: the text says which it has
   * @throws {SchemaError} `schema.mismatch` when the topic holds another type, or another version of it
   */
  async topicHandler<T>(topic: string, type: OntologyType<T>, options?: HandlerOptions): Promise<TopicHandler<T>>;
  /** A handle to one of its topics, of any type; downloads no data. Asking again gives the same one. */
  async topicHandler(topic: string, options?: HandlerOptions): Promise<TopicHandler>;
  async topicHandler(
    topic: string,
    typeOrOptions: OntologyType<unknown> | HandlerOptions = {},
    more: HandlerOptions = {},
  ): Promise<TopicHandler> {
    const [type, options] = "tag" in typeOrOptions ? [typeOrOptions, more] : [undefined, typeOrOptions];
    this.#requireTopics([topic], this.topics);
    const open = () => openTopicHandler(packLocator(this.name, topic), type, this.#parts, options);
    const handler = options.forceNewInstance
      ? await open()
      : await this.#topicHandlers.get(topic, open, (known) => known.type === type);
    return handler ?? this.#refuse(topic, this.topics.filter((name) => name !== topic)); // removed since the last reload
  }

  /**
   * Messages of all or some topics, merged in time. Nothing is downloaded before the first read; leaving the loop early,
   * or aborting `signal`, cancels everything. Closes the stream before it.
   *
   * @throws {MosaicoError} `session.unknown_topic` from the first read, when a name is not a topic of this sequence
   */
  stream(options: SequenceStreamOptions = {}): SequenceStreamer {
    const { topics, signal, maxBufferedBytes = MAX_BUFFERED_BYTES, ...window } = options;
    if (!(maxBufferedBytes > 0)) {
      throw new RangeError(`Cannot stream: maxBufferedBytes is ${maxBufferedBytes}, expected more than 0`);
    }
    this.#live?.close();
    const open = async () =>
      new TimePasses({
        endpoints: await this.#endpointsIn(window, topics, signal),
        window,
        maxBufferedBytes,
        endpointsIn: (part) => this.#endpointsIn(part, topics, signal),
        open: (endpoints, readAheadBytes) => openTopicStreamers(endpoints, this.#parts, signal, readAheadBytes),
      });
    return this.#live = new SequenceStreamer(this.name, open, signal);
  }

  /** Closes its stream, and those of its topic handlers. The handler stays usable. */
  close(): void {
    this.#live?.close();
    this.#live = undefined;
    this.#topicHandlers.close();
  }

  /** The chosen topics that have rows in the window. */
  async #endpointsIn(
    { startNs, endNs }: StreamWindow,
    topics: readonly string[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly TopicEndpoint[]> {
    const window = { ...(startNs === undefined ? {} : { startNs }), ...(endNs === undefined ? {} : { endNs }) };
    const { endpoints } = await this.#parts.control.sequenceInfo(this.name, window, signal ? { signal } : {});
    const nameOf = ({ metadata }: TopicEndpoint) => unpackLocator(metadata.locator).topic;
    if (topics !== undefined) this.#requireTopics(topics, endpoints.map(nameOf));
    return endpoints.filter((endpoint) =>
      topics?.includes(nameOf(endpoint)) !== false &&
      (endpoint.metadata.timeWindowInfo ?? endpoint.metadata.dataInfo).interval !== undefined
    );
  }

  #requireTopics(wanted: readonly string[], known: readonly string[]): void {
    const names = new Set(known);
    for (const topic of wanted) if (!names.has(topic)) this.#refuse(topic, known);
  }

  #refuse(topic: string, known: readonly string[]): never {
    throw new MosaicoError(
      "session.unknown_topic",
      `Cannot read topic "${topic}" of sequence "${this.name}": its topics are ${known.join(", ")}`,
      { topic, sequence: this.name },
    );
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
