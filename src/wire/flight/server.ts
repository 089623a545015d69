/**
 * Serves a {@linkcode FlightService} over gRPC.
 *
 * @module
 */
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import {
  ActionSchema,
  ActionTypeSchema,
  CriteriaSchema,
  FlightDescriptorSchema,
  FlightInfoSchema,
  HandshakeRequestSchema,
  HandshakeResponseSchema,
  PollInfoSchema,
  PutResultSchema,
  ResultSchema,
  SchemaResultSchema,
  TicketSchema,
} from "../../../proto/gen/flight_pb.ts";
import {
  GrpcServer,
  type GrpcServerOptions,
  GrpcStatus,
  type MethodHandler,
  RpcError,
  type ServerCall,
} from "../grpc/mod.ts";
import { type Network, systemNetwork, type TlsServerOptions } from "../net/mod.ts";
import { FLIGHT_SERVICE } from "./client.ts";
import { decodeFlightData, encodeFlightData } from "./flight_data.ts";
import type { FlightCallContext, FlightData, FlightService, FlightSink, FlightStream } from "./types.ts";

/** Where and how to serve. */
export interface ServeFlightOptions extends GrpcServerOptions {
  /** Address to bind. @default 127.0.0.1 */
  readonly host?: string;
  /** Port; 0 picks a free one. */
  readonly port: number;
  /** TLS; absent = cleartext. */
  readonly tls?: TlsServerOptions;
  /** How to listen. @default the system's sockets */
  readonly network?: Network;
}

/** A running server. */
export interface FlightServer extends AsyncDisposable {
  /** The bound address. */
  readonly host: string;
  /** The bound port. */
  readonly port: number;
  /** Takes no new connections, lets calls under way end for `drainMs`, then ends all. Idempotent. @default 2000 */
  close(drainMs?: number): Promise<void>;
}

/** Serves `service`. @throws {ConnectionError} when the address cannot be bound */
export async function serveFlight(service: FlightService, options: ServeFlightOptions): Promise<FlightServer> {
  const { host = "127.0.0.1", port, tls, network = systemNetwork(), ...grpc } = options;
  const server = new GrpcServer(methodsOf(service), grpc);
  const listener = await network.listen({ host, port, ...(tls ? { tls } : {}) }, (socket) => server.serve(socket));
  const close = async (drainMs?: number) => {
    await listener.close();
    await server.close(drainMs);
  };
  return { host: listener.host, port: listener.port, close, [Symbol.asyncDispose]: () => close() };
}

/** The methods of the verbs that `service` has. */
function methodsOf(service: FlightService): Map<string, MethodHandler> {
  const methods = new Map<string, MethodHandler>();
  const add = (verb: string, isServed: unknown, handler: MethodHandler) => {
    if (isServed !== undefined) methods.set(FLIGHT_SERVICE + verb, handler);
  };

  add("Handshake", service.handshake, async (call) => {
    const answers = service.handshake!(contextOf(call), payloadsOf(call));
    for await (const payload of answers) {
      await sendMessage(call, HandshakeResponseSchema, create(HandshakeResponseSchema, { payload }));
    }
  });
  add("ListFlights", service.listFlights, async (call) => {
    const criteria = await readRequest(call, CriteriaSchema);
    for await (const info of service.listFlights!(contextOf(call), criteria)) {
      await sendMessage(call, FlightInfoSchema, info);
    }
  });
  add("GetFlightInfo", service.getFlightInfo, async (call) => {
    const descriptor = await readRequest(call, FlightDescriptorSchema);
    await sendMessage(call, FlightInfoSchema, await service.getFlightInfo!(contextOf(call), descriptor));
  });
  add("PollFlightInfo", service.pollFlightInfo, async (call) => {
    const descriptor = await readRequest(call, FlightDescriptorSchema);
    await sendMessage(call, PollInfoSchema, await service.pollFlightInfo!(contextOf(call), descriptor));
  });
  add("GetSchema", service.getSchema, async (call) => {
    const schema = await service.getSchema!(contextOf(call), await readRequest(call, FlightDescriptorSchema));
    await sendMessage(call, SchemaResultSchema, create(SchemaResultSchema, { schema }));
  });
  add("DoGet", service.doGet, async (call) => {
    await service.doGet!(contextOf(call), await readRequest(call, TicketSchema), sinkOf(call));
  });
  add("DoPut", service.doPut, async (call) => {
    const results = service.doPut!(contextOf(call), new Incoming(call));
    if (results instanceof Promise) return await results;
    for await (const appMetadata of results) {
      await sendMessage(call, PutResultSchema, create(PutResultSchema, { appMetadata }));
    }
  });
  add("DoExchange", service.doExchange, async (call) => {
    await service.doExchange!(contextOf(call), new Incoming(call), sinkOf(call));
  });
  add("DoAction", service.doAction, async (call) => {
    const action = await readRequest(call, ActionSchema);
    for await (const body of service.doAction!(contextOf(call), action)) {
      await sendMessage(call, ResultSchema, create(ResultSchema, { body }));
    }
  });
  add("ListActions", service.listActions, async (call) => {
    for await (const type of service.listActions!(contextOf(call))) await sendMessage(call, ActionTypeSchema, type);
  });
  return methods;
}

function contextOf({ metadata, signal, peer }: ServerCall): FlightCallContext {
  return { metadata, signal, peer };
}

function sinkOf(call: ServerCall): FlightSink {
  return { send: (message) => call.send(encodeFlightData(message)) };
}

async function sendMessage<Desc extends DescMessage>(
  call: ServerCall,
  schema: Desc,
  message: MessageShape<Desc>,
): Promise<void> {
  await call.send([toBinary(schema, message)]);
}

/** The only message of a request. */
async function readRequest<Desc extends DescMessage>(call: ServerCall, schema: Desc): Promise<MessageShape<Desc>> {
  const bytes = await call.take();
  if (bytes === undefined) {
    throw new RpcError(GrpcStatus.INVALID_ARGUMENT, `Bad request: the ${schema.name} is missing.`);
  }
  return parse(schema, bytes);
}

function parse<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw new RpcError(GrpcStatus.INVALID_ARGUMENT, `Bad request: the bytes are no ${schema.name}.`, { cause });
  }
}

async function* payloadsOf(call: ServerCall): AsyncGenerator<Uint8Array, void, void> {
  for (let bytes = await call.take(); bytes !== undefined; bytes = await call.take()) {
    yield parse(HandshakeRequestSchema, bytes).payload;
  }
}

/** The uploaded messages of a call. */
class Incoming implements FlightStream<FlightData> {
  readonly #call: ServerCall;
  readonly #release = (message: Uint8Array) => this.#call.release(message);

  constructor(call: ServerCall) {
    this.#call = call;
  }

  async take(): Promise<FlightData | undefined> {
    const bytes = await this.#call.take();
    return bytes === undefined ? undefined : decodeFlightData(bytes, this.#release);
  }

  /** Nothing to do: what is not taken is thrown away when the handler ends. */
  cancel(): void {}

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FlightData, void, void> {
    for (let data = await this.take(); data !== undefined; data = await this.take()) yield data;
  }
}
