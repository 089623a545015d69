/**
 * Arrow Flight, both sides. Bodies stay bytes: nothing here knows Arrow's columns.
 *
 * @module
 */
import type {
  Action,
  ActionType,
  Criteria,
  FlightDescriptor,
  FlightInfo,
  PollInfo,
  Ticket,
} from "../../../proto/gen/flight_pb.ts";
import type { CallOptions, Metadata } from "../grpc/mod.ts";

/** A FlightData message as received. All parts are views of one message, *given* to the reader. */
export interface FlightData {
  /** Set on the first message of a put. */
  readonly descriptor: FlightDescriptor | undefined;
  /** IPC message flatbuffer, without its length prefix; empty when there is none. */
  readonly header: Uint8Array;
  /** Free bytes of the application; empty when there is none. */
  readonly appMetadata: Uint8Array;
  /** IPC body. Starts at a multiple of 8 in its buffer whenever its length is a multiple of 8. */
  readonly body: Uint8Array;
  /**
   * Gives the memory of the message back, for others to be received into: faster than new memory for each. Whoever does
   * so is through with all parts, and with what was decoded from them: every view of them is empty from then on.
   */
  release(): void;
}

/** A FlightData message to send. Its slices are *taken*. */
export interface OutgoingFlightData {
  /** Set on the first message of a put. */
  readonly descriptor?: FlightDescriptor;
  /** IPC message flatbuffer, without its length prefix. */
  readonly header?: Uint8Array;
  /** Free bytes of the application. */
  readonly appMetadata?: Uint8Array;
  /** IPC body in slices; padding included by the caller. */
  readonly body?: readonly Uint8Array[];
}

/** Messages of a running download. Leaving a loop early, or disposing, cancels the call. */
export interface FlightStream<T> extends AsyncIterable<T>, AsyncDisposable {
  /** The next message, or `undefined` at the end. @throws {RpcError} when the call ends with any status but OK */
  take(): Promise<T | undefined>;
  /** Ends the call now. Idempotent. */
  cancel(): void;
}

/** A running upload (or exchange). */
export interface FlightUpload<Sent, Received> extends FlightStream<Received> {
  /**
   * Queues a message. Answers `undefined` while there is room, else a promise of it, which rejects with the failure of the
   * call. A promise left alone does no harm. @throws {TypeError} after `closeSend`
   */
  send(message: Sent): Promise<void> | undefined;
  /** No more messages from this side. */
  closeSend(): void;
  /** Half-closes, reads answers to the end and settles with the status. @throws {RpcError} */
  finish(): Promise<void>;
}

/** The ten verbs, as a client calls them. */
export interface FlightClient {
  /** Exchanges handshake payloads. */
  handshake(payloads: Iterable<Uint8Array>, options?: CallOptions): FlightStream<Uint8Array>;
  /** Available flights. */
  listFlights(criteria: Criteria, options?: CallOptions): FlightStream<FlightInfo>;
  /** How to get one flight. */
  getFlightInfo(descriptor: FlightDescriptor, options?: CallOptions): Promise<FlightInfo>;
  /** As above, for long-running queries. */
  pollFlightInfo(descriptor: FlightDescriptor, options?: CallOptions): Promise<PollInfo>;
  /** Encapsulated IPC schema message of one flight. */
  getSchema(descriptor: FlightDescriptor, options?: CallOptions): Promise<Uint8Array>;
  /** Downloads. */
  doGet(ticket: Ticket, options?: CallOptions): FlightStream<FlightData>;
  /** Uploads; receives the `app_metadata` of PutResults. Sends without waiting for anything of the server. */
  doPut(options?: CallOptions): FlightUpload<OutgoingFlightData, Uint8Array>;
  /** Both at once. */
  doExchange(options?: CallOptions): FlightUpload<OutgoingFlightData, FlightData>;
  /** Runs an action; bodies of its results. */
  doAction(action: Action, options?: CallOptions): FlightStream<Uint8Array>;
  /** Actions the server names. */
  listActions(options?: CallOptions): FlightStream<ActionType>;
}

/** What a handler knows of its call. */
export interface FlightCallContext {
  /** Metadata of the caller. */
  readonly metadata: Metadata;
  /** Aborted when the caller cancels, the deadline passes or the connection is gone. */
  readonly signal: AbortSignal;
  /** Caller's address, for texts. */
  readonly peer: string;
}

/** Where a download handler writes. */
export interface FlightSink {
  /**
   * Queues a message. Answers `undefined` while there is room, else a promise of it, which rejects when the caller is gone.
   * A promise left alone does no harm.
   */
  send(message: OutgoingFlightData): Promise<void> | undefined;
}

/**
 * What a server implements. A verb that is absent answers UNIMPLEMENTED. A handler fails a call by throwing an `RpcError`;
 * any other error answers INTERNAL.
 */
export interface FlightService {
  /** See {@linkcode FlightClient.handshake}. */
  handshake?(context: FlightCallContext, payloads: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** See {@linkcode FlightClient.listFlights}. */
  listFlights?(context: FlightCallContext, criteria: Criteria): AsyncIterable<FlightInfo> | Iterable<FlightInfo>;
  /** See {@linkcode FlightClient.getFlightInfo}. */
  getFlightInfo?(context: FlightCallContext, descriptor: FlightDescriptor): Promise<FlightInfo>;
  /** See {@linkcode FlightClient.pollFlightInfo}. */
  pollFlightInfo?(context: FlightCallContext, descriptor: FlightDescriptor): Promise<PollInfo>;
  /** See {@linkcode FlightClient.getSchema}. */
  getSchema?(context: FlightCallContext, descriptor: FlightDescriptor): Promise<Uint8Array>;
  /** Writes the download into `sink`; the call ends OK when the promise resolves. */
  doGet?(context: FlightCallContext, ticket: Ticket, sink: FlightSink): Promise<void>;
  /** Reads the upload; the call ends OK when the iteration of PutResults ends. */
  doPut?(context: FlightCallContext, messages: FlightStream<FlightData>): AsyncIterable<Uint8Array> | Promise<void>;
  /** Reads and writes. */
  doExchange?(context: FlightCallContext, messages: FlightStream<FlightData>, sink: FlightSink): Promise<void>;
  /** Bodies of the results of an action. */
  doAction?(context: FlightCallContext, action: Action): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Actions by name and description. */
  listActions?(context: FlightCallContext): AsyncIterable<ActionType> | Iterable<ActionType>;
}
