/**
 * Calls to a server over a connection, as a client of the protocol makes them.
 *
 * @module
 */
import { create } from "@bufbuild/protobuf";
import { CriteriaSchema } from "../../../proto/gen/flight_pb.ts";
import { lz4Codec } from "../../../src/codecs/mod.ts";
import { BatchDecoder, decodeSchema, timestamps } from "../../../src/columnar/mod.ts";
import {
  type ActionName,
  type Actions,
  type FlightInfoCommand,
  jsonCodec,
  type SequenceMetadata,
  type TopicMetadata,
} from "../../../src/protocol/mod.ts";
import { actionOf, commandDescriptor, type FlightConnection, ticketOf } from "../../../src/wire/flight/mod.ts";
import { message, SCHEMA_HEADER } from "../../unit/server/support.ts";

/** Answer of a unary action. */
export async function act<A extends ActionName>(
  connection: FlightConnection,
  action: A,
  request: Actions[A]["request"],
): Promise<Actions[A]["answer"]> {
  const bodies: Uint8Array[] = [];
  for await (const body of connection.doAction(actionOf(action, jsonCodec.encodeRequest(action, request)))) {
    bodies.push(body);
  }
  return jsonCodec.decodeAnswer(action, bodies);
}

/** A new topic; the answer is its uuid. */
export async function createTopic(connection: FlightConnection, sessionUuid: string, locator: string): Promise<string> {
  const fixed = { serializationFormat: "default", ontologyTag: "IMU", userMetadata: {} } as const;
  return (await act(connection, "topic_create", { sessionUuid, locator, ...fixed })).uuid;
}

/** Uploads batches of these times. */
export async function put(
  connection: FlightConnection,
  locator: string,
  topicUuid: string,
  batches: Iterable<readonly number[]>,
): Promise<void> {
  await using upload = connection.doPut();
  const descriptor = commandDescriptor(jsonCodec.encodePutCommand({ locator, topicUuid }));
  await upload.send({ descriptor, header: SCHEMA_HEADER });
  for (const times of batches) {
    const { header, body } = message(times);
    await upload.send({ header, body: [body] });
  }
  await upload.finish();
}

/** Metadata of a sequence and of its topics. */
export async function describe(
  connection: FlightConnection,
  command: FlightInfoCommand,
): Promise<{ sequence: SequenceMetadata | undefined; topics: TopicMetadata[]; tickets: Uint8Array[] }> {
  const info = await connection.getFlightInfo(commandDescriptor(jsonCodec.encodeFlightInfoCommand(command)));
  const isSequence = !command.locator.includes("/");
  return {
    sequence: isSequence ? jsonCodec.decodeSequenceMetadata(info.appMetadata) : undefined,
    topics: info.endpoint.map((endpoint) => jsonCodec.decodeTopicMetadata(endpoint.appMetadata)),
    tickets: info.endpoint.map((endpoint) => endpoint.ticket!.ticket),
  };
}

/** Times of the rows a ticket stands for. */
export async function timesOf(connection: FlightConnection, ticket: Uint8Array): Promise<number[]> {
  await using stream = connection.doGet(ticketOf(ticket));
  const times: number[] = [];
  let decoder: BatchDecoder | undefined;
  for (let data = await stream.take(); data !== undefined; data = await stream.take()) {
    if (decoder === undefined) decoder = new BatchDecoder(decodeSchema(data.header), [lz4Codec()]);
    else for (const time of timestamps(decoder.decode(data.header, data.body)!)) times.push(Number(time));
  }
  return times;
}

/** Names of all sequences. */
export async function listSequences(connection: FlightConnection): Promise<string[]> {
  const names: string[] = [];
  for await (const info of connection.listFlights(create(CriteriaSchema))) names.push(...info.flightDescriptor!.path);
  return names;
}
