/**
 * The ten verbs as a client calls them.
 *
 * @module
 */
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type Action,
  ActionSchema,
  type ActionType,
  ActionTypeSchema,
  type Criteria,
  CriteriaSchema,
  EmptySchema,
  type FlightDescriptor,
  FlightDescriptorSchema,
  type FlightInfo,
  FlightInfoSchema,
  HandshakeRequestSchema,
  HandshakeResponseSchema,
  type PollInfo,
  PollInfoSchema,
  PutResultSchema,
  ResultSchema,
  SchemaResultSchema,
  type Ticket,
  TicketSchema,
} from "../../../proto/gen/flight_pb.ts";
import { type CallOptions, type ClientCall, type GrpcChannel, GrpcStatus, RpcError } from "../grpc/mod.ts";
import type { FlightConnection } from "./connect.ts";
import { decodeFlightData, encodeFlightData } from "./flight_data.ts";
import type { FlightData, FlightStream, FlightUpload, OutgoingFlightData } from "./types.ts";

/** Path of the service, in front of the verbs. */
export const FLIGHT_SERVICE = "/arrow.flight.protocol.FlightService/";

/** The verbs over a channel, which is *taken*. */
export class FlightCalls implements FlightConnection {
  readonly #channel: GrpcChannel;

  constructor(channel: GrpcChannel) {
    this.#channel = channel;
  }

  close(): Promise<void> {
    return this.#channel.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#channel.close();
  }

  handshake(payloads: Iterable<Uint8Array>, options?: CallOptions): FlightStream<Uint8Array> {
    const call = this.#call("Handshake", options);
    for (const payload of payloads) call.send([write(HandshakeRequestSchema, { payload })]);
    call.closeSend();
    return new Answers(call, (bytes) => read(HandshakeResponseSchema, bytes).payload);
  }

  listFlights(criteria: Criteria, options?: CallOptions): FlightStream<FlightInfo> {
    const request = write(CriteriaSchema, criteria);
    return this.#stream("ListFlights", request, options, (bytes) => read(FlightInfoSchema, bytes));
  }

  async getFlightInfo(descriptor: FlightDescriptor, options?: CallOptions): Promise<FlightInfo> {
    return read(FlightInfoSchema, await this.#unary("GetFlightInfo", descriptor, options));
  }

  async pollFlightInfo(descriptor: FlightDescriptor, options?: CallOptions): Promise<PollInfo> {
    return read(PollInfoSchema, await this.#unary("PollFlightInfo", descriptor, options));
  }

  async getSchema(descriptor: FlightDescriptor, options?: CallOptions): Promise<Uint8Array> {
    return read(SchemaResultSchema, await this.#unary("GetSchema", descriptor, options)).schema;
  }

  doGet(ticket: Ticket, options?: CallOptions): FlightStream<FlightData> {
    return this.#stream("DoGet", write(TicketSchema, ticket), options, readFlightData);
  }

  doPut(options?: CallOptions): FlightUpload<OutgoingFlightData, Uint8Array> {
    return new Upload(this.#call("DoPut", options), (bytes) => read(PutResultSchema, bytes).appMetadata);
  }

  doExchange(options?: CallOptions): FlightUpload<OutgoingFlightData, FlightData> {
    return new Upload(this.#call("DoExchange", options), readFlightData);
  }

  doAction(action: Action, options?: CallOptions): FlightStream<Uint8Array> {
    return this.#stream("DoAction", write(ActionSchema, action), options, (bytes) => read(ResultSchema, bytes).body);
  }

  listActions(options?: CallOptions): FlightStream<ActionType> {
    const request = write(EmptySchema, {});
    return this.#stream("ListActions", request, options, (bytes) => read(ActionTypeSchema, bytes));
  }

  #call(verb: string, options?: CallOptions): ClientCall {
    return this.#channel.call(FLIGHT_SERVICE + verb, options);
  }

  #unary(verb: string, descriptor: FlightDescriptor, options?: CallOptions): Promise<Uint8Array> {
    return this.#channel.unary(FLIGHT_SERVICE + verb, [write(FlightDescriptorSchema, descriptor)], options);
  }

  #stream<T>(
    verb: string,
    request: Uint8Array,
    options: CallOptions | undefined,
    decode: Decode<T>,
  ): FlightStream<T> {
    const call = this.#call(verb, options);
    call.send([request]); // its failure is the failure of take()
    call.closeSend();
    return new Answers(call, decode);
  }
}

function write<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Uint8Array {
  return toBinary(schema, create(schema, init));
}

function read<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    const text = `Cannot read the server's ${schema.name}: its bytes are no such message`;
    throw new RpcError(GrpcStatus.INTERNAL, text, { cause });
  }
}

/** Reads one answer of a call. */
type Decode<T> = (bytes: Uint8Array, call: ClientCall) => T;

function readFlightData(bytes: Uint8Array, call: ClientCall): FlightData {
  return decodeFlightData(bytes, (message) => call.release(message));
}

/** The answers of a call, decoded. */
class Answers<T> implements FlightStream<T> {
  protected readonly call: ClientCall;
  readonly #decode: Decode<T>;

  constructor(call: ClientCall, decode: Decode<T>) {
    this.call = call;
    this.#decode = decode;
  }

  async take(): Promise<T | undefined> {
    const bytes = await this.call.take();
    if (bytes === undefined) return undefined;
    try {
      return this.#decode(bytes, this.call);
    } catch (error) {
      this.call.cancel(error);
      throw error;
    }
  }

  cancel(): void {
    this.call.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.call.cancel();
    return Promise.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    try {
      for (let answer = await this.take(); answer !== undefined; answer = await this.take()) yield answer;
    } finally {
      this.call.cancel(); // nothing after the end
    }
  }
}

class Upload<Received> extends Answers<Received> implements FlightUpload<OutgoingFlightData, Received> {
  send(message: OutgoingFlightData): Promise<void> | undefined {
    return this.call.send(encodeFlightData(message));
  }

  closeSend(): void {
    this.call.closeSend();
  }

  async finish(): Promise<void> {
    this.call.closeSend();
    while (await this.take() !== undefined);
  }
}
