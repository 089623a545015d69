/**
 * A {@linkcode FlightService} as methods of gRPC.
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
import { GrpcStatus, type MethodHandler, RpcError, type ServerCall } from "../grpc/mod.ts";
import { FLIGHT_SERVICE } from "./client.ts";
import { decodeFlightData, encodeFlightData } from "./flight_data.ts";
import type { FlightCallContext, FlightData, FlightService, FlightSink, FlightStream } from "./types.ts";

/** The methods of the verbs that `service` has. */
export function methodsOf(service: FlightService): Map<string, MethodHandler> {
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
