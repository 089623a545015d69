/**
 * A handle to a topic: what the server knows of it, and ways to read it.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import type { JsonObject } from "../../base/mod.ts";
import { type Schema, SchemaError } from "../../columnar/mod.ts";
import { OntologyRegistry, type OntologyType } from "../../ontology/mod.ts";
import {
  type SerializationFormat,
  type TimestampRange,
  type TopicMetadata,
  unpackLocator,
} from "../../protocol/mod.ts";
import type { ControlConnection } from "../control/mod.ts";
import type { LanePool } from "../lanes/mod.ts";
import { TopicStreamer } from "../reading/mod.ts";

/** What the client lends its handlers. */
export interface HandlerParts {
  /** The control connection. */
  readonly control: ControlConnection;
  /** The data connections. */
  readonly lanes: LanePool;
  /** Known types. */
  readonly registry: OntologyRegistry;
}

/** A part of the record time: `startNs` inclusive, `endNs` exclusive; absent = unbounded. */
export interface StreamWindow extends TimestampRange {
  /** Ends the download when aborted, at any time: the read that waits, and every later one, rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** A topic on the server. Holds metadata only; reading downloads. */
export class TopicHandler<T = unknown> {
  /** Columns of the topic, `timestamp_ns` first; `undefined` while its upload has not begun. */
  readonly schema: Schema | undefined;
  readonly #metadata: TopicMetadata;
  readonly #parts: HandlerParts;

  /** Made by the client. */
  constructor(metadata: TopicMetadata, schema: Schema | undefined, parts: HandlerParts) {
    this.#metadata = metadata;
    this.schema = schema;
    this.#parts = parts;
  }

  /** `sequence/topic/path`. */
  get locator(): string {
    return this.#metadata.locator;
  }
  /** Name with a leading slash. */
  get name(): string {
    return unpackLocator(this.locator).topic;
  }
  /** Name of its sequence. */
  get sequenceName(): string {
    return unpackLocator(this.locator).sequence;
  }
  /** Type, as the server names it. */
  get ontologyTag(): string {
    return this.#metadata.ontologyTag;
  }
  /** Storage hint. */
  get serializationFormat(): SerializationFormat {
    return this.#metadata.serializationFormat;
  }
  /** The user's own. */
  get userMetadata(): JsonObject {
    return this.#metadata.userMetadata;
  }
  /** Creation, nanoseconds since 1970, UTC. */
  get createdAtNs(): bigint {
    return this.#metadata.createdAtNs;
  }
  /** Whether its upload is complete. */
  get locked(): boolean {
    return this.#metadata.locked;
  }
  /** Messages; `undefined` where an old server does not say. */
  get messageCount(): bigint | undefined {
    return this.#metadata.dataInfo.totalRowCount;
  }
  /** Size on the server. */
  get totalSizeBytes(): bigint {
    return this.#metadata.dataInfo.totalBytes;
  }
  /** Chunks the server keeps it in. */
  get chunkCount(): bigint {
    return this.#metadata.dataInfo.totalChunksCount;
  }
  /** First record time; `undefined` without messages. */
  get startNs(): bigint | undefined {
    return this.#metadata.dataInfo.interval?.startNs;
  }
  /** Last record time, inclusive; `undefined` without messages. */
  get endNs(): bigint | undefined {
    return this.#metadata.dataInfo.interval?.endNs;
  }

  /** Messages in the window, in time order. Leaving the loop early cancels the download. */
  async stream(window: StreamWindow = {}): Promise<TopicStreamer<T>> {
    const { signal } = window;
    return await opening(signal, async () => {
      const { endpoint } = await this.#parts.control.topicInfo(this.locator, window, window);
      return await openTopicStreamer<T>(endpoint.metadata, endpoint.ticket, this.#parts, signal);
    });
  }

  /** Rows of the window as apache-arrow `RecordBatch`es. */
  async *batches(window: StreamWindow = {}): AsyncGenerator<RecordBatch, void, void> {
    await using streamer = await this.stream(window);
    yield* streamer.batches();
  }
}

/**
 * A registry of `type` alone, to read a topic that holds it.
 *
 * @throws {SchemaError} `schema.mismatch` when the topic holds another type, or another version of it
 */
export function registryOf(
  type: OntologyType<unknown>,
  { locator, ontologyTag }: TopicMetadata,
  schema: Schema | undefined,
): OntologyRegistry {
  const registry = new OntologyRegistry([type]);
  const holds = schema === undefined ? ontologyTag === type.tag : registry.resolve(ontologyTag, schema) !== undefined;
  if (holds) return registry;
  const found = ontologyTag === type.tag ? "another version of it, with other columns" : ontologyTag;
  throw new SchemaError("schema.mismatch", `Cannot read topic "${locator}" as ${type.tag}: it holds ${found}`, {
    topic: locator,
    type: type.tag,
    ontologyTag,
  });
}

/** Starts the download of one topic. */
export async function openTopicStreamer<T>(
  metadata: TopicMetadata,
  ticket: Uint8Array,
  parts: HandlerParts,
  signal?: AbortSignal,
): Promise<TopicStreamer<T>> {
  const lane = await parts.lanes.next(signal);
  const { dataInfo, timeWindowInfo } = metadata;
  const interval = timeWindowInfo === undefined ? dataInfo.interval : timeWindowInfo.interval;
  const info = {
    topic: unpackLocator(metadata.locator).topic,
    ontologyTag: metadata.ontologyTag,
    messageCount: timeWindowInfo?.rowCount ?? dataInfo.totalRowCount,
    startNs: interval?.startNs,
    endNs: interval?.endNs,
  };
  return new TopicStreamer<T>(info, lane.download(ticket), parts.registry, signal);
}

/** Runs `open`; when `signal` aborted it, its reason is the error, as it is of a download that runs. */
export async function opening<T>(signal: AbortSignal | undefined, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}
