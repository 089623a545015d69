/**
 * The Flight service of an embedded Mosaico server.
 *
 * @module
 */
import {
  type Action,
  type Criteria,
  type FlightDescriptor,
  FlightDescriptor_DescriptorType as DescriptorType,
  type FlightInfo,
  type Ticket,
} from "../../../proto/gen/flight_pb.ts";
import { encapsulate } from "../../columnar/mod.ts";
import { type ActionName, validateCommand, validateRequest } from "../../protocol/mod.ts";
import type { FlightCallContext, FlightData, FlightService, FlightSink, FlightStream } from "../../wire/flight/mod.ts";
import type { ActionHandler, ActionHandlers } from "./action_handlers.ts";
import type { ApiKeyScope, Authorizer } from "./api_keys.ts";
import { listSequences, sequenceFlight, topicFlight } from "./flights.ts";
import { INFO_ACTIONS } from "./info_actions.ts";
import { NOTIFICATION_ACTIONS } from "./notification_actions.ts";
import { findSequence, findTopic, locatorOf, readAnyLocator, readWindow, type ServiceParts } from "./parts.ts";
import { QUERY_ACTIONS } from "./query_actions.ts";
import { SEQUENCE_ACTIONS } from "./sequence_actions.ts";
import { refuse, toRpcError } from "./statuses.ts";
import { TOPIC_ACTIONS } from "./topic_actions.ts";
import { download, receive } from "./transfers.ts";

const HANDLERS: ActionHandlers = {
  ...INFO_ACTIONS,
  ...SEQUENCE_ACTIONS,
  ...TOPIC_ACTIONS,
  ...NOTIFICATION_ACTIONS,
  ...QUERY_ACTIONS,
};

/** Answers the verbs the protocol uses; the others answer UNIMPLEMENTED. */
export class MosaicoService implements FlightService {
  readonly #parts: ServiceParts;
  readonly #authorizer: Authorizer;

  /** Serves what `parts` hold to those whom `authorizer` lets in. */
  constructor(parts: ServiceParts, authorizer: Authorizer) {
    this.#parts = parts;
    this.#authorizer = authorizer;
  }

  /** One flight a sequence. */
  *listFlights(context: FlightCallContext, { expression }: Criteria): Generator<FlightInfo> {
    this.#authorizer.check(context, "read");
    if (expression.byteLength > 0 && !(expression.byteLength === 1 && expression[0] === 0x2f)) {
      throw refuse.unsupportedDescriptor();
    }
    yield* listSequences(this.#parts);
  }

  /** A sequence or a topic, whole or through a window. */
  async getFlightInfo(context: FlightCallContext, descriptor: FlightDescriptor): Promise<FlightInfo> {
    return await this.#guarded(context, "read", async () => {
      const command = this.#parts.codec.decodeFlightInfoCommand(commandOf(descriptor));
      const window = readWindow(command.window);
      const { kind } = readAnyLocator(command.locator);
      await validateCommand("GetFlightInfo", command);
      return kind === "topic"
        ? await topicFlight(this.#parts, descriptor, findTopic(this.#parts, command.locator), window)
        : await sequenceFlight(this.#parts, descriptor, findSequence(this.#parts, command.locator), window);
    });
  }

  /** The schema of a topic, as it was uploaded. */
  async getSchema(context: FlightCallContext, descriptor: FlightDescriptor): Promise<Uint8Array> {
    return await this.#guarded(context, "read", async () => {
      const locator = this.#parts.codec.decodeSchemaCommand(commandOf(descriptor));
      const topic = findTopic(this.#parts, locator);
      await validateCommand("GetSchema", locator);
      if (topic.schemaHeader === undefined) throw refuse.notUploaded(locatorOf(topic));
      return encapsulate(topic.schemaHeader);
    });
  }

  /** The rows of a topic. */
  async doGet(context: FlightCallContext, { ticket }: Ticket, sink: FlightSink): Promise<void> {
    await this.#guarded(context, "read", async () => {
      const { locator, window } = this.#parts.codec.decodeFlightInfoCommand(ticket);
      const topic = findTopic(this.#parts, locator);
      await download(this.#parts, topic, readWindow(window), sink, context.signal);
    });
  }

  /** Stores the rows of a topic. */
  async doPut(context: FlightCallContext, messages: FlightStream<FlightData>): Promise<void> {
    await this.#guarded(context, "write", () => receive(this.#parts, messages, context.signal));
  }

  /** Runs an action by name. */
  async *doAction(context: FlightCallContext, { type, body }: Action): AsyncGenerator<Uint8Array, void, void> {
    if (!Object.hasOwn(HANDLERS, type)) {
      this.#authorizer.check(context);
      throw refuse.unknownAction(type);
    }
    try {
      yield* this.#act(context, type as ActionName, body);
    } catch (error) {
      throw toRpcError(error);
    }
  }

  async *#act<A extends ActionName>(
    context: FlightCallContext,
    action: A,
    body: Uint8Array,
  ): AsyncGenerator<Uint8Array, void, void> {
    const handler: ActionHandler<A> = HANDLERS[action];
    const { codec } = this.#parts;
    this.#authorizer.check(context, handler.scope, action);
    const request = codec.decodeRequest(action, body);
    if ("locator" in request) readAnyLocator(request.locator as string); // says it in fewer words than the next check
    await validateRequest(action, request);
    if ("answer" in handler) {
      yield codec.encodeAnswer(action, await handler.answer(this.#parts, request, context.signal));
      return;
    }
    for await (const answer of handler.answers(this.#parts, request, context.signal)) {
      yield codec.encodeAnswer(action, answer);
    }
  }

  async #guarded<T>(context: FlightCallContext, scope: ApiKeyScope, work: () => Promise<T>): Promise<T> {
    try {
      this.#authorizer.check(context, scope);
      return await work();
    } catch (error) {
      throw toRpcError(error);
    }
  }
}

/** @throws {RpcError} INVALID_ARGUMENT unless the descriptor holds a command */
function commandOf({ type, cmd }: FlightDescriptor): Uint8Array {
  if (type !== DescriptorType.CMD) throw refuse.unsupportedDescriptor();
  return cmd;
}
