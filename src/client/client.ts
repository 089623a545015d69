/**
 * Builds the rooms of a client and connects them.
 *
 * @module
 */
import { type JsonObject, MosaicoError } from "../base/mod.ts";
import type { CodecStatus } from "../codecs/mod.ts";
import { type OntologyRegistry, type OntologyType, standardRegistry } from "../ontology/mod.ts";
import {
  checkSequenceName,
  checkUserMetadata,
  packLocator,
  type ServerInfo,
  warmUpValidation,
} from "../protocol/mod.ts";
import { Query, type QueryBuilder, QueryResponse } from "../query/mod.ts";
import { type CallLimits, ControlConnection, found, type Notification } from "./control/mod.ts";
import { readEnvironment } from "./environment.ts";
import {
  extension,
  type HandlerOptions,
  type HandlerParts,
  Handlers,
  queryCalls,
  type SequenceHandler,
  type TopicHandler,
} from "./handlers/mod.ts";
import { LaneOpener, LanePool, type LaneStats } from "./lanes/mod.ts";
import { RowReaders } from "./reading/mod.ts";
import { type ConnectOptions, DEFAULTS } from "./options.ts";
import { sequenceSystemInfo, type SystemInfo, topicSystemInfo } from "./system_info.ts";
import { SequenceUpdater, SequenceWriter, type SessionErrorPolicy, type WritingParts } from "./writing/mod.ts";

/** Options of `sequenceCreate`. */
export interface SequenceCreateOptions extends CallLimits {
  /** Metadata of the sequence: any JSON object. @default {} */
  readonly metadata?: JsonObject;
  /** What happens to the data when the session fails, or is left without `finalize()`. @default "report" */
  readonly onError?: SessionErrorPolicy;
}

/** Options of `sequenceUpdate`. */
export type SequenceUpdateOptions = Omit<SequenceCreateOptions, "metadata">;

/** Options of `sequenceDelete`. */
export interface SequenceDeleteOptions extends CallLimits {
  /** Whether a locked (finalized) sequence may be deleted. @default false */
  readonly locked?: boolean;
}

/** Options of `query`. */
export interface QueryOptions extends CallLimits {
  /** Whether the answer has `statistics` of how it was found; an extension of the embedded server. @default false */
  readonly explain?: boolean;
}

/** What a client's data layer is and does at the moment. */
export interface ClientStats {
  /** Its lanes, the data connections. */
  readonly lanes: readonly LaneStats[];
  /** Bytes of batches on their way up, over all topics; at most `maxBytesInFlight`. */
  readonly bytesInFlight: number;
}

/**
 * A connection to a Mosaico server: one control connection, data connections for the topics, types to read them as.
 *
 * @example
 * ```ts
 * import { IMU, MosaicoClient } from "@mosaico/client";
 * import { MosaicoServer } from "@mosaico/client/server";
 *
 * const directory = await Deno.makeTempDir();
 * await using server = await MosaicoServer.start({ directory, port: 0 });
 * await using client = await MosaicoClient.connect("127.0.0.1", server.port, { timeoutMs: 5_000 });
 * await using drive = await client.sequenceCreate("drive-042", { metadata: { car: "v7" } });
 * const imu = await drive.topicCreate("/imu", IMU);
 * await imu.push(1_700_000_000_000_000_000n, {
 *   acceleration: { x: 0, y: 0, z: 9.8 },
 *   angularVelocity: { x: 0, y: 0, z: 0.1 },
 * });
 * await drive.finalize();
 *
 * const sequence = await client.sequenceHandler("drive-042");
 * for await (const { topic, timestampNs, data } of sequence!.stream()) console.log(topic, timestampNs, data);
 * ```
 */
export class MosaicoClient implements AsyncDisposable {
  readonly #control: ControlConnection;
  readonly #lanes: LanePool;
  readonly #laneOpener: LaneOpener;
  readonly #parts: HandlerParts;
  readonly #handlers: Handlers;
  readonly #options: ConnectOptions;
  #closing: Promise<void> | undefined;

  private constructor(
    control: ControlConnection,
    lanes: LanePool,
    laneOpener: LaneOpener,
    registry: OntologyRegistry,
    options: ConnectOptions,
  ) {
    this.#control = control;
    this.#lanes = lanes;
    this.#laneOpener = laneOpener;
    this.#parts = { control, lanes, registry, readers: new RowReaders() };
    this.#handlers = new Handlers(this.#parts);
    this.#options = options;
  }

  /**
   * Opens the control connection and agrees on a protocol version. Data connections open when first needed.
   *
   * @param host Name or address.
   * @param port TCP port. @default 6726
   * @throws {ConnectionError} `connection.refused`, `connection.unknown_host`, `connection.timeout`, `connection.tls`, …: within
   * the timeout, naming host and port
   * @throws {RpcError} `rpc.permission_denied` when the API key is missing or refused
   */
  static async connect(
    host: string,
    port: number = DEFAULTS.port,
    options: ConnectOptions = {},
  ): Promise<MosaicoClient> {
    const address = {
      host,
      port,
      ...(options.tls ? { tls: options.tls === true ? {} : options.tls } : {}),
      ...(options.network ? { network: options.network } : {}),
      ...(options.keepaliveMs === undefined ? {} : { keepaliveMs: options.keepaliveMs }),
      ...(options.keepaliveTimeoutMs === undefined ? {} : { keepaliveTimeoutMs: options.keepaliveTimeoutMs }),
      ...(options.apiKey ? { metadata: { "mosaico-api-key-token": options.apiKey } } : {}),
    };
    const timeoutMs = options.timeoutMs ?? DEFAULTS.timeoutMs;
    warmUpValidation().catch(() => {}); // in the background: what fails here fails where it is needed
    const control = await ControlConnection.open(address, {
      timeoutMs,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const { network, ...remote } = address;
    const laneCount = options.lanes ?? DEFAULTS.lanes;
    const opener = new LaneOpener({
      address: remote,
      timeoutMs,
      workers: options.workers ?? laneCount,
      nativeCodecs: options.nativeCodecs ?? true,
      ...(network ? { network } : {}),
    });
    const lanes = new LanePool({
      lanes: laneCount,
      maxBytesInFlight: options.maxBytesInFlight ?? DEFAULTS.maxBytesInFlight,
      open: (slot, signal) => opener.open(slot, signal),
    });
    return new MosaicoClient(control, lanes, opener, options.registry ?? standardRegistry(), options);
  }

  /** As {@linkcode connect}, with TLS and API key out of `MOSAICO_TLS_CERT_FILE` and `MOSAICO_API_KEY`. */
  static async fromEnv(
    host: string,
    port: number = DEFAULTS.port,
    options: ConnectOptions = {},
  ): Promise<MosaicoClient> {
    return await MosaicoClient.connect(host, port, { ...await readEnvironment(), ...options });
  }

  /** Version and limits of the server, as of connecting. */
  get info(): ServerInfo {
    return this.#control.info;
  }

  /** Where each lane runs and why, and what is under way. */
  stats(): ClientStats {
    const { maxBytesInFlight } = { ...DEFAULTS, ...this.#options };
    return { lanes: this.#lanes.stats(), bytesInFlight: maxBytesInFlight - this.#lanes.credit.free };
  }

  /** What each codec runs on in this client's lanes (a native library, WASM, the runtime), and why. */
  async codecs(): Promise<readonly CodecStatus[]> {
    const open = this.#lanes.stats().find((lane) => lane.codecs.length > 0);
    return open?.codecs ?? (await this.#laneOpener.codecs()).status;
  }

  /** Closes every connection and the streams of its handlers; calls under way fail. Idempotent. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#handlers.close();
    await Promise.allSettled([this.#lanes.close(), this.#control.close()]);
  }

  /** As {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Creates a sequence and opens its first session.
   *
   * @param name Begins with a letter or digit; then also `-` and `_`.
   * @throws {ProtocolError} when name or metadata break a rule
   * @throws {RpcError} `rpc.already_exists`
   */
  async sequenceCreate(name: string, options: SequenceCreateOptions = {}): Promise<SequenceWriter> {
    const locator = checkSequenceName(name);
    const userMetadata = checkUserMetadata(options.metadata ?? {});
    await this.#control.call("sequence_create", { locator, userMetadata }, options);
    const session = await this.#control.call("session_create", { locator }, options).catch(async (error) => {
      // A sequence without a session only stands in the way of the next try.
      await this.#control.call("sequence_delete", { locator }).catch(() => {});
      throw error;
    });
    return new SequenceWriter(locator, session, options.onError ?? "report", this.#writing);
  }

  /** Opens a further session of an existing sequence. @throws {RpcError} `rpc.not_found` */
  async sequenceUpdate(name: string, options: SequenceUpdateOptions = {}): Promise<SequenceUpdater> {
    const session = await this.#control.call("session_create", { locator: name }, options);
    return new SequenceUpdater(name, session, options.onError ?? "report", this.#writing);
  }

  /**
   * A handle to an existing sequence; downloads no data. `undefined` when there is none. Asking again gives the same one,
   * with the state it had: see {@linkcode SequenceHandler.reload}.
   */
  async sequenceHandler(name: string, options: HandlerOptions = {}): Promise<SequenceHandler | undefined> {
    return await this.#handlers.sequence(name, options);
  }

  /**
   * A handle to an existing topic; downloads no data. `undefined` when there is none. Asking again gives the same one, with
   * the state it had: see {@linkcode TopicHandler.reload}.
   *
   * @param type What its rows are: its handler then reads them as that type, whether or not the registry knows it.
   * @throws {SchemaError} `schema.mismatch` when the topic holds another type, or another version of it
   */
  async topicHandler<T>(
    sequenceName: string,
    topicName: string,
    type: OntologyType<T>,
    options?: HandlerOptions,
  ): Promise<TopicHandler<T> | undefined>;
  /** A handle to an existing topic of any type; downloads no data. `undefined` when there is none. */
  async topicHandler(
    sequenceName: string,
    topicName: string,
    options?: HandlerOptions,
  ): Promise<TopicHandler | undefined>;
  async topicHandler(
    sequenceName: string,
    topicName: string,
    typeOrOptions: OntologyType<unknown> | HandlerOptions = {},
    more: HandlerOptions = {},
  ): Promise<TopicHandler | undefined> {
    const [type, options] = "tag" in typeOrOptions ? [typeOrOptions, more] : [undefined, typeOrOptions];
    return await this.#handlers.topic(packLocator(sequenceName, topicName), type, options);
  }

  /** Forgets the handlers of sequences, so that the next ones have the state of then. Those that are out stay usable. */
  clearSequenceHandlersCache(): void {
    this.#handlers.sequences.clear();
  }

  /** Forgets the handlers of topics, so that the next ones have the state of then. Those that are out stay usable. */
  clearTopicHandlersCache(): void {
    this.#handlers.topics.clear();
  }

  /** Names of all sequences, in the server's order. */
  async listSequences(options: CallLimits = {}): Promise<string[]> {
    return await this.#control.listSequences(options);
  }

  /** Whether a sequence of this name exists. */
  async sequenceExists(name: string, options: CallLimits = {}): Promise<boolean> {
    return await found(() => this.#control.sequenceInfo(name, {}, options)) !== undefined;
  }

  /** Whether a topic of this name exists. */
  async topicExists(sequenceName: string, topicName: string, options: CallLimits = {}): Promise<boolean> {
    return await found(() => this.#control.topicInfo(packLocator(sequenceName, topicName), {}, options)) !== undefined;
  }

  /**
   * Removes a sequence and all its data, for good.
   *
   * @throws {MosaicoError} `session.locked` when it is finalized and `locked: true` was not given
   * @throws {RpcError} `rpc.not_found`
   */
  async sequenceDelete(name: string, options: SequenceDeleteOptions = {}): Promise<void> {
    if (options.locked !== true) {
      const { metadata } = await this.#control.sequenceInfo(name, {}, options);
      if (metadata.sessions.some((session) => session.locked)) {
        throw new MosaicoError(
          "session.locked",
          `Cannot delete sequence "${name}": it is finalized; give { locked: true } to delete it for good`,
          { sequence: name },
        );
      }
    }
    await this.#control.call("sequence_delete", { locator: name }, options);
    this.#handlers.forgetSequence(name);
  }

  /** Removes a session, its topics and their data. @param locator `sequence:ULID` */
  async sessionDelete(locator: string, options: CallLimits = {}): Promise<void> {
    await this.#control.call("session_delete", { locator }, options);
    this.#handlers.forgetSequence(locator.split(":", 1)[0]!);
  }

  /** Removes a topic and its data. */
  async topicDelete(sequenceName: string, topicName: string, options: CallLimits = {}): Promise<void> {
    const locator = packLocator(sequenceName, topicName);
    await this.#control.call("topic_delete", { locator }, options);
    this.#handlers.topics.forget((name) => name === locator);
  }

  /**
   * Topics that meet every condition of a prepared query, and ways on to the records that do.
   *
   * @throws {QueryError} `query.no_condition` when the query is empty; `query.unsupported_by_server` when it is to be explained
   * by a server that does not do that
   */
  async query(query: Query, options?: QueryOptions): Promise<QueryResponse>;
  /**
   * Topics that meet every condition of the builders, one of each sort at most, and ways on to the records that do.
   *
   * @throws {QueryError} `query.duplicate_part` when two builders are of one sort, `query.no_condition` without any
   */
  async query(...builders: QueryBuilder[]): Promise<QueryResponse>;
  async query(...given: (QueryBuilder | Query | QueryOptions | undefined)[]): Promise<QueryResponse> {
    const [first, second] = given;
    const [prepared, options = {}] = first instanceof Query
      ? [first, second as QueryOptions | undefined]
      : [new Query(...given as QueryBuilder[])];
    const query = prepared.toJson();
    const { explain, ...limits } = options;
    const context = { query, calls: queryCalls(this.#parts) };
    if (!explain) {
      const { items } = await this.#control.call("query", { query }, limits);
      return new QueryResponse(items, context);
    }
    const call = () => this.#control.call("query_explain", { query }, limits);
    const { items, statistics } = await extension("Cannot explain the query", call);
    return new QueryResponse(items, { ...context, statistics });
  }

  /** Notes the server keeps about a sequence. */
  async listSequenceNotifications(sequenceName: string, options: CallLimits = {}): Promise<Notification[]> {
    return await this.#control.notifications("sequence", sequenceName, options);
  }

  /** Notes the server keeps about a topic. */
  async listTopicNotifications(
    sequenceName: string,
    topicName: string,
    options: CallLimits = {},
  ): Promise<Notification[]> {
    return await this.#control.notifications("topic", packLocator(sequenceName, topicName), options);
  }

  /** Removes the notes about a sequence. */
  async clearSequenceNotifications(sequenceName: string, options: CallLimits = {}): Promise<void> {
    await this.#control.call("sequence_notification_purge", { locator: sequenceName }, options);
  }

  /** Removes the notes about a topic. */
  async clearTopicNotifications(sequenceName: string, topicName: string, options: CallLimits = {}): Promise<void> {
    await this.#control.call("topic_notification_purge", { locator: packLocator(sequenceName, topicName) }, options);
  }

  /** Physical state of a sequence; `undefined` when there is none. */
  async sequenceSystemInfo(sequenceName: string, options: CallLimits = {}): Promise<SystemInfo | undefined> {
    const sequence = await this.#handlers.sequence(sequenceName, { ...options, forceNewInstance: true });
    return sequence && sequenceSystemInfo(sequence);
  }

  /** Physical state of a topic; `undefined` when there is none. */
  async topicSystemInfo(
    sequenceName: string,
    topicName: string,
    options: CallLimits = {},
  ): Promise<SystemInfo | undefined> {
    const locator = packLocator(sequenceName, topicName);
    return await found(async () =>
      topicSystemInfo((await this.#control.topicInfo(locator, {}, options)).endpoint.metadata)
    );
  }

  /** @deprecated Use {@linkcode listSequenceNotifications}. */
  async listSequenceNotify(sequenceName: string): Promise<Notification[]> {
    return await this.listSequenceNotifications(sequenceName);
  }

  /** @deprecated Use {@linkcode listTopicNotifications}. */
  async listTopicNotify(sequenceName: string, topicName: string): Promise<Notification[]> {
    return await this.listTopicNotifications(sequenceName, topicName);
  }

  /** @deprecated Use {@linkcode clearSequenceNotifications}. */
  async clearSequenceNotify(sequenceName: string): Promise<void> {
    await this.clearSequenceNotifications(sequenceName);
  }

  /** @deprecated Use {@linkcode clearTopicNotifications}. */
  async clearTopicNotify(sequenceName: string, topicName: string): Promise<void> {
    await this.clearTopicNotifications(sequenceName, topicName);
  }

  get #writing(): WritingParts {
    const { compression, batchBytes, flushIntervalMs } = { ...DEFAULTS, ...this.#options };
    return {
      control: this.#control,
      lanes: this.#lanes,
      batching: { compression, batchBytes, flushIntervalMs },
      topicBytesInFlight: DEFAULTS.topicBytesInFlight,
    };
  }
}
