/**
 * The one connection for everything but data: it never waits behind a batch.
 *
 * @module
 */
import { EMPTY_BYTES, isMosaicoError } from "../../base/mod.ts";
import { decodeSchema, type Schema, unwrapEncapsulated } from "../../columnar/mod.ts";
import {
  type ActionName,
  type Actions,
  adaptQuery,
  parseDatetime,
  parseLocator,
  ProtocolError,
  sanitizeSequenceName,
  type ServerCapabilities,
  type ServerEra,
  type ServerInfo,
  type TimestampRange,
  validateRequest,
  type WireCodec,
} from "../../protocol/mod.ts";
import {
  actionOf,
  commandDescriptor,
  connectFlight,
  type FlightAddress,
  type FlightConnection,
} from "../../wire/flight/mod.ts";
import { inContext } from "./context.ts";
import { complete, type FlightEndpoint, type FlightInfo, schemaMetadata } from "./flight_info.ts";
import { negotiate, type NegotiateOptions } from "./negotiation.ts";
import type { CallLimits, Negotiated, Notification, SequenceInfo, TopicEndpoint, TopicInfo } from "./types.ts";

/** Criteria that every flight meets. */
const EVERYTHING: Parameters<FlightConnection["listFlights"]>[0] = {
  $typeName: "arrow.flight.protocol.Criteria",
  expression: EMPTY_BYTES,
};

/** Actions that answer with any number of results. */
export type PagedAction = "topic_filter_clusterize" | "topic_filter_intersect";

/**
 * Asks a server about what is on it, and tells it what to make and remove. All requests are checked before they are sent.
 * Errors begin with the action and the locator; those of the server are `RpcError`s with its status.
 */
export class ControlConnection implements AsyncDisposable {
  readonly #flight: FlightConnection;
  readonly #negotiated: Negotiated;

  private constructor(flight: FlightConnection, negotiated: Negotiated) {
    this.#flight = flight;
    this.#negotiated = negotiated;
  }

  /**
   * Connects to a server and agrees with it on a protocol.
   *
   * @throws {MosaicoError} `connection.*`, naming host and port
   * @throws {RpcError} `rpc.permission_denied` and other answers of the server
   * @throws {ProtocolError} `session.unsupported_server`
   */
  static async open(
    address: FlightAddress,
    options: Omit<NegotiateOptions, "peer"> = {},
  ): Promise<ControlConnection> {
    const { timeoutMs = 5_000, signal } = options;
    const startMs = performance.now();
    const flight = await connectFlight(address, { timeoutMs, ...(signal ? { signal } : {}) });
    return await ControlConnection.over(flight, {
      ...options,
      timeoutMs: Math.max(1, Math.ceil(timeoutMs - (performance.now() - startMs))),
      peer: `${address.host}:${address.port}`,
    });
  }

  /** As {@linkcode open}, over a connection that is there; *takes* it, and closes it when there is no agreement. */
  static async over(flight: FlightConnection, options: NegotiateOptions = {}): Promise<ControlConnection> {
    try {
      return new ControlConnection(flight, await negotiate(flight, options));
    } catch (error) {
      await flight.close();
      throw error;
    }
  }

  /** Version and limits of the server. */
  get info(): ServerInfo {
    return this.#negotiated.info;
  }

  /** What the server is known by. */
  get era(): ServerEra {
    return this.#negotiated.era;
  }

  /** The form of the server's messages. */
  get codec(): WireCodec {
    return this.#negotiated.codec;
  }

  /** What the server can do. */
  get capabilities(): ServerCapabilities {
    return this.#negotiated.capabilities;
  }

  /** Limits of an upload. */
  get limits(): ServerCapabilities["limits"] {
    return this.capabilities.limits;
  }

  /** Closes the connection; calls under way fail. */
  async close(): Promise<void> {
    await this.#flight.close();
  }

  /** As {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Runs an action.
   *
   * @throws {ProtocolError} `message.invalid_request` when the request breaks a rule; `message.*` when the answer does
   * @throws {RpcError}
   */
  async call<A extends Exclude<ActionName, PagedAction>>(
    action: A,
    request: Actions[A]["request"],
    options: CallLimits = {},
  ): Promise<Actions[A]["answer"]> {
    await validateRequest(action, request);
    return await inContext(describe(action, request), async () => {
      const body = this.codec.encodeRequest(action, this.#adapt(action, request));
      const results = this.#flight.doAction(actionOf(action, body), limitsOf(options));
      return this.codec.decodeAnswer(action, await Array.fromAsync(results));
    });
  }

  /**
   * Runs an action that answers piece by piece. Leaving the loop early cancels it.
   *
   * @throws {ProtocolError} `session.unsupported_action` when the server is too old; else as {@linkcode call}
   * @throws {RpcError}
   */
  async *page<A extends PagedAction>(
    action: A,
    request: Actions[A]["request"],
    options: CallLimits = {},
  ): AsyncGenerator<Actions[A]["answer"], void, void> {
    const what = describe(action, request);
    if (!this.capabilities.topicFilters) {
      const text = `${what}: the server's version is ${this.info.version}, expected 0.6 or later`;
      throw new ProtocolError("session.unsupported_action", text, { action });
    }
    await validateRequest(action, request);
    const body = this.codec.encodeRequest(action, request);
    await using results = this.#flight.doAction(actionOf(action, body), limitsOf(options));
    while (true) {
      const result = await inContext(what, () => results.take());
      if (result === undefined) return;
      // Servers may send results without content to keep the call alive.
      if (result.byteLength > 0) yield this.codec.decodeAnswer(action, [result]);
    }
  }

  /** Names of all sequences, in the server's order. @throws {RpcError} */
  async listSequences(options: CallLimits = {}): Promise<string[]> {
    return await inContext("Cannot list sequences", async () => {
      const flights = await Array.fromAsync(this.#flight.listFlights(EVERYTHING, limitsOf(options)));
      return flights.flatMap((flight) => flight.flightDescriptor?.path ?? []);
    });
  }

  /**
   * What the server knows of a sequence and its topics, and the tickets that download them.
   *
   * @param window Part of the record time the tickets stand for: start inclusive, end exclusive
   * @throws {ProtocolError} `message.invalid_locator`
   * @throws {RpcError} `rpc.not_found`
   */
  async sequenceInfo(
    name: string,
    window: TimestampRange = {},
    options: CallLimits = {},
  ): Promise<SequenceInfo> {
    return await inContext(`Cannot get sequence "${name}"`, async () => {
      const locator = locatorOf("sequence", name);
      const info = await this.#getFlightInfo(locator, window, options);
      const metadata = this.codec.decodeSequenceMetadata(info.appMetadata);
      const endpoints = info.endpoint.map((endpoint) => this.#readEndpoint(endpoint));
      if (this.capabilities.fullMetadata) return { metadata, endpoints };
      return {
        metadata: { ...metadata, userMetadata: schemaMetadata(info).userMetadata },
        endpoints: await Promise.all(endpoints.map(async ({ metadata, ticket }) => {
          // What the list does not say, the topic's own schema does.
          const { endpoint } = await this.topicInfo(metadata.locator, {}, options);
          return { metadata: endpoint.metadata, ticket };
        })),
      };
    });
  }

  /**
   * What the server knows of a topic, and the ticket that downloads it.
   *
   * @param window As of {@linkcode sequenceInfo}
   * @throws {ProtocolError} `message.invalid_locator`
   * @throws {RpcError} `rpc.not_found`
   */
  async topicInfo(locator: string, window: TimestampRange = {}, options: CallLimits = {}): Promise<TopicInfo> {
    return await inContext(`Cannot get topic "${locator}"`, async () => {
      const info = await this.#getFlightInfo(locatorOf("topic", locator), window, options);
      const [first, ...more] = info.endpoint;
      if (first === undefined || more.length > 0) {
        const text = `Cannot read its FlightInfo: it has ${info.endpoint.length} endpoints, expected 1`;
        throw new ProtocolError("message.malformed", text);
      }
      const endpoint = this.#readEndpoint(first);
      if (this.capabilities.fullMetadata) return { endpoint, schema: info.schema };
      return { endpoint: complete(endpoint, schemaMetadata(info)), schema: info.schema };
    });
  }

  /**
   * Columns of a topic, `timestamp_ns` first; `undefined` while its upload has not begun, for then nobody knows them.
   *
   * @throws {ProtocolError} `message.invalid_locator`
   * @throws {RpcError} `rpc.not_found`
   * @throws {IpcError} when what the server sends is no schema
   */
  async topicSchema(locator: string, options: CallLimits = {}): Promise<Schema | undefined> {
    return await inContext(`Cannot get the schema of topic "${locator}"`, async () => {
      const encapsulated = await this.#fetchSchema(locatorOf("topic", locator), options);
      return encapsulated.byteLength === 0 ? undefined : decodeSchema(unwrapEncapsulated(encapsulated));
    });
  }

  /** As an encapsulated IPC message; empty when there is none. */
  async #fetchSchema(locator: string, options: CallLimits): Promise<Uint8Array> {
    if (!this.capabilities.getSchema) return (await this.#getFlightInfo(locator, {}, options)).schema;
    const descriptor = commandDescriptor(this.codec.encodeSchemaCommand(locator));
    try {
      return await this.#flight.getSchema(descriptor, limitsOf(options));
    } catch (error) {
      if (isMosaicoError(error, "rpc.failed_precondition")) return EMPTY_BYTES; // nothing was uploaded yet
      throw error;
    }
  }

  /** Notes the server keeps about a sequence (and its topics) or a topic. @throws {RpcError} */
  async notifications(
    kind: "sequence" | "topic",
    locator: string,
    options: CallLimits = {},
  ): Promise<Notification[]> {
    const { notifications } = await this.call(`${kind}_notification_list`, { locator }, options);
    return notifications.map((item) => {
      const [sequence = "", ...topic] = item.locator.split("/");
      const createdAtNs = parseDatetime(item.createdDatetime);
      return {
        ...item,
        sequence,
        ...(topic.length === 0 ? {} : { topic: `/${topic.join("/")}` }),
        ...(createdAtNs === undefined ? {} : { createdAtNs }),
      };
    });
  }

  async #getFlightInfo(locator: string, window: TimestampRange, options: CallLimits): Promise<FlightInfo> {
    const { startNs, endNs } = window;
    if (startNs !== undefined && endNs !== undefined && startNs >= endNs) {
      throw new RangeError(`Cannot use the window: start ${startNs} is not before end ${endNs}`);
    }
    const cmd = this.codec.encodeFlightInfoCommand({ locator, window });
    return await this.#flight.getFlightInfo(commandDescriptor(cmd), limitsOf(options));
  }

  #readEndpoint(endpoint: FlightEndpoint): TopicEndpoint {
    const metadata = this.codec.decodeTopicMetadata(endpoint.appMetadata);
    return { metadata, ticket: endpoint.ticket?.ticket ?? EMPTY_BYTES };
  }

  #adapt<A extends ActionName>(action: A, request: Actions[A]["request"]): Actions[A]["request"] {
    if (action !== "query") return request;
    const { query } = request as Actions["query"]["request"];
    return { query: adaptQuery(query, this.capabilities) };
  }
}

/** Signal and deadline alone: a caller's options may hold more, which must not reach the wire as options of the call. */
function limitsOf({ signal, timeoutMs }: CallLimits): CallLimits {
  return { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/** The locator without slashes at its ends, if it names what it should. */
function locatorOf(kind: "sequence" | "topic", name: string): string {
  const locator = sanitizeSequenceName(name);
  if (parseLocator(locator).kind === kind) return locator;
  const text = `Cannot use ${JSON.stringify(name)} as the locator of a ${kind}`;
  throw new ProtocolError("message.invalid_locator", text, { locator: name });
}

function describe(action: ActionName, request: unknown): string {
  const { locator } = request as { readonly locator?: string };
  return `Cannot run ${action}${locator === undefined ? "" : ` on ${JSON.stringify(locator)}`}`;
}
