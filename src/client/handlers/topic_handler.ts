/**
 * A handle to a topic: what the server knows of it, and ways to read it.
 *
 * @module
 */
import type { RecordBatch, Table } from "apache-arrow";
import { type JsonObject, type OpeningStream, openingStream } from "../../base/mod.ts";
import { type Schema, SchemaError } from "../../columnar/mod.ts";
import { OntologyRegistry, type OntologyType, type QueryExpression } from "../../ontology/mod.ts";
import {
  type SerializationFormat,
  type TimestampRange,
  type TopicMetadata,
  unpackLocator,
} from "../../protocol/mod.ts";
import {
  aggregateRequest,
  type AggregateResult,
  type Aggregates,
  QueryError,
  QueryOntologyCatalog,
  readAggregates,
} from "../../query/mod.ts";
import { type CallLimits, type ControlConnection, found } from "../control/mod.ts";
import type { TopicStreamer } from "../reading/mod.ts";
import { aggregate } from "./extension.ts";
import { showInConsole } from "./inspect.ts";
import { opening, openTopicStreamer } from "./open_topic.ts";
import type { HandlerParts, StreamWindow } from "./parts.ts";

/** What a {@linkcode TopicHandler} tells. */
interface TopicState {
  readonly metadata: TopicMetadata;
  readonly schema: Schema | undefined;
}

/** Which records figures are over, and limits of the call. */
export interface AggregateOptions extends TimestampRange, CallLimits {
  /** Only records that fulfil all of these. @default all records */
  readonly where?: QueryExpression | readonly QueryExpression[];
}

/**
 * A topic on the server. Holds metadata only, as of when it was made or last reloaded; reading downloads.
 *
 * It has one live stream: {@linkcode stream} and {@linkcode batches} close the one before. To read a topic several times at
 * once, get handlers with `forceNewInstance`.
 */
export class TopicHandler<T = unknown> {
  static {
    showInConsole<TopicHandler>(this, [
      "locator",
      "ontologyTag",
      "locked",
      "messageCount",
      "startNs",
      "endNs",
      "totalSizeBytes",
      "userMetadata",
    ]);
  }

  /** The type its rows are read as, where the caller gave one; else the client's registry says. */
  readonly type: OntologyType<T> | undefined;
  readonly #parts: HandlerParts;
  #state: TopicState;
  #live: TopicStreamer<T> | undefined;
  /** Streams that were asked for. */
  #requests = 0;

  /** Made by {@linkcode openTopicHandler}. */
  constructor(state: TopicState, parts: HandlerParts, type?: OntologyType<T>) {
    this.#state = state;
    this.#parts = parts;
    this.type = type;
  }

  /** Columns of the topic, `timestamp_ns` first; `undefined` while its upload has not begun. */
  get schema(): Schema | undefined {
    return this.#state.schema;
  }
  /** `sequence/topic/path`. */
  get locator(): string {
    return this.#state.metadata.locator;
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
    return this.#state.metadata.ontologyTag;
  }
  /** Storage hint. */
  get serializationFormat(): SerializationFormat {
    return this.#state.metadata.serializationFormat;
  }
  /** The user's own. */
  get userMetadata(): JsonObject {
    return this.#state.metadata.userMetadata;
  }
  /** Creation, nanoseconds since 1970, UTC. */
  get createdAtNs(): bigint {
    return this.#state.metadata.createdAtNs;
  }
  /** Whether its upload is complete. */
  get locked(): boolean {
    return this.#state.metadata.locked;
  }
  /** Messages; `undefined` where an old server does not say. */
  get messageCount(): bigint | undefined {
    return this.#state.metadata.dataInfo.totalRowCount;
  }
  /** Size on the server. */
  get totalSizeBytes(): bigint {
    return this.#state.metadata.dataInfo.totalBytes;
  }
  /** Chunks the server keeps it in. */
  get chunkCount(): bigint {
    return this.#state.metadata.dataInfo.totalChunksCount;
  }
  /** First record time; `undefined` without messages. */
  get startNs(): bigint | undefined {
    return this.#state.metadata.dataInfo.interval?.startNs;
  }
  /** Last record time, inclusive; `undefined` without messages. */
  get endNs(): bigint | undefined {
    return this.#state.metadata.dataInfo.interval?.endNs;
  }

  /** Fetches the metadata again. False when the topic is gone; then it says what it said before. */
  async reload(options: CallLimits = {}): Promise<boolean> {
    const state = await found(() => fetchState(this.#parts.control, this.locator, options));
    if (state !== undefined) this.#state = state;
    return state !== undefined;
  }

  /**
   * Messages in the window, in time order: `for await (const { timestampNs, data } of topic.stream())`. Awaited, it is a
   * streamer, with more ways to read. Leaving the loop early cancels the download. Closes the stream before it.
   *
   * Rejects with a RangeError when the window is empty.
   */
  stream(window: StreamWindow = {}): OpeningStream<TopicStreamer<T>> {
    return openingStream(this.#openLive(window));
  }

  /** Rows of the window as apache-arrow `RecordBatch`es. Closes the stream before it. */
  async *batches(window: StreamWindow = {}): AsyncGenerator<RecordBatch, void, void> {
    yield* (await this.stream(window)).batches();
  }

  /**
   * Rows of the window as one apache-arrow `Table`, held in memory as a whole. Its columns are views of what came over
   * the wire: `chunk.values` of each of `table.getChild("data")!.data` is a typed array; 64-bit integers and times are
   * `bigint`s, half floats bit patterns of a `Float16Array`. A download of its own: it leaves the handler's stream alone.
   */
  async toTable(window: StreamWindow = {}): Promise<Table> {
    await using streamer = await this.#open(window);
    return await streamer.toTable();
  }

  /**
   * Figures over its records: one call, and nothing is downloaded. An extension of the embedded server.
   *
   * @example
   * ```ts
   * import { IMU, records, type TopicHandler } from "@mosaico/client";
   *
   * async function summary(imu: TopicHandler<IMU>): Promise<string> {
   *   const { x } = IMU.Q.acceleration;
   *   const { hz, mean, p95 } = await imu.aggregate({ hz: records.rate(), mean: x.mean(), p95: x.percentile(95) });
   *   return `${hz} Hz, ${mean} m/s², at most ${p95} m/s² in 95 % of the records`;
   * }
   * ```
   *
   * @throws {QueryError} `query.unsupported_by_server` by servers without it; `query.invalid_path` when a condition or a
   * figure is on another type; as `QueryOntologyCatalog` for conditions that contradict each other
   * @throws {RpcError} `rpc.invalid_argument` for columns it does not have
   */
  async aggregate<A extends Aggregates>(aggregates: A, options: AggregateOptions = {}): Promise<AggregateResult<A>> {
    const conditions = new QueryOntologyCatalog(...[options.where ?? []].flat()).toJson();
    const columns = Object.values(aggregates).flatMap(({ key }) => key ?? []);
    for (const key of [...Object.keys(conditions), ...columns]) {
      if (key.startsWith(`${this.ontologyTag}.`)) continue;
      const text = `Cannot aggregate "${this.locator}": it holds ${this.ontologyTag}, which has no ${key}`;
      throw new QueryError("query.invalid_path", text, { key, ontologyTag: this.ontologyTag });
    }
    const request = aggregateRequest(this.locator, aggregates, conditions, options);
    return readAggregates(aggregates, await aggregate(this.#parts, request, options));
  }

  /** Closes its stream. The handler stays usable. */
  close(): void {
    this.#requests++;
    this.#live?.close();
    this.#live = undefined;
  }

  async #openLive(window: StreamWindow): Promise<TopicStreamer<T>> {
    this.close();
    const request = ++this.#requests;
    const streamer = await this.#open(window);
    if (request === this.#requests) this.#live = streamer;
    else streamer.close(); // another was asked for in the meantime
    return streamer;
  }

  async #open(window: StreamWindow): Promise<TopicStreamer<T>> {
    const { signal } = window;
    const registry = this.type === undefined ? this.#parts.registry : new OntologyRegistry([this.type]);
    return await opening(signal, async () => {
      const { endpoint } = await this.#parts.control.topicInfo(this.locator, window, window);
      return await openTopicStreamer<T>(endpoint, { ...this.#parts, registry }, signal);
    });
  }
}

/**
 * Asks the server for a topic; `undefined` when there is none.
 *
 * @throws {SchemaError} `schema.mismatch` when the topic holds another type than `type`, or another version of it
 */
export async function openTopicHandler<T>(
  locator: string,
  type: OntologyType<T> | undefined,
  parts: HandlerParts,
  options: CallLimits,
): Promise<TopicHandler<T> | undefined> {
  const state = await found(() => fetchState(parts.control, locator, options));
  if (state === undefined) return undefined;
  if (type !== undefined) checkType(type as OntologyType<unknown>, state);
  return new TopicHandler(state, parts, type);
}

async function fetchState(control: ControlConnection, locator: string, options: CallLimits): Promise<TopicState> {
  const [{ endpoint }, schema] = await Promise.all([
    control.topicInfo(locator, {}, options),
    control.topicSchema(locator, options),
  ]);
  return { metadata: endpoint.metadata, schema };
}

function checkType(type: OntologyType<unknown>, { metadata: { locator, ontologyTag }, schema }: TopicState): void {
  const registry = new OntologyRegistry([type]);
  const holds = schema === undefined ? ontologyTag === type.tag : registry.resolve(ontologyTag, schema) !== undefined;
  if (holds) return;
  const held = ontologyTag === type.tag ? "another version of it, with other columns" : ontologyTag;
  throw new SchemaError("schema.mismatch", `Cannot read topic "${locator}" as ${type.tag}: it holds ${held}`, {
    topic: locator,
    type: type.tag,
    ontologyTag,
  });
}
