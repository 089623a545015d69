/**
 * Sequences and topics as flights: what there is, and how to download it.
 *
 * @module
 */
import { create } from "@bufbuild/protobuf";
import {
  type FlightDescriptor,
  FlightDescriptor_DescriptorType as DescriptorType,
  FlightDescriptorSchema,
  type FlightEndpoint,
  FlightEndpointSchema,
  type FlightInfo,
  FlightInfoSchema,
} from "../../../proto/gen/flight_pb.ts";
import { utf8 } from "../../base/mod.ts";
import { decodeSchema, encapsulate, encodeSchema } from "../../columnar/mod.ts";
import { sequenceSchemaMetadata, type TopicMetadata, topicSchemaMetadata } from "../../protocol/mod.ts";
import type { SequenceRecord, SessionRecord, TimeWindow, TopicRecord } from "../catalogue/mod.ts";
import { locatorOf, type ServiceParts } from "./parts.ts";
import { TopicData } from "./topic_data.ts";

/** One flight a sequence, named by its path. */
export function* listSequences({ directory }: ServiceParts): Generator<FlightInfo> {
  for (const { name } of directory.catalogue.sequences.all()) {
    yield create(FlightInfoSchema, {
      flightDescriptor: create(FlightDescriptorSchema, { type: DescriptorType.PATH, path: [name] }),
      endpoint: [create(FlightEndpointSchema, { ticket: { ticket: utf8(name) } })],
      totalRecords: -1n,
      totalBytes: -1n,
    });
  }
}

/** A sequence as a flight of one endpoint a topic. */
export async function sequenceFlight(
  parts: ServiceParts,
  descriptor: FlightDescriptor,
  sequence: SequenceRecord,
  window: TimeWindow | undefined,
): Promise<FlightInfo> {
  const { catalogue } = parts.directory;
  const topics: TopicMetadata[] = [];
  // One after the other: a window may have to read two chunks of each.
  for (const topic of catalogue.topics.ofSequence(sequence.id)) topics.push(await describeTopic(parts, topic, window));
  const { name, userMetadata, createdAtNs } = sequence;
  const sessions = catalogue.sessions.ofSequence(sequence.id).map((session) => describeSession(parts, session));
  return create(FlightInfoSchema, {
    schema: encapsulate(encodeSchema({ fields: [], metadata: sequenceSchemaMetadata(userMetadata) })),
    flightDescriptor: descriptor,
    endpoint: topics.map((topic) => endpointOf(parts, topic, window)),
    ...sums(topics),
    appMetadata: parts.codec.encodeSequenceMetadata({ locator: name, createdAtNs, userMetadata, sessions }),
  });
}

/** A topic as a flight of one endpoint. */
export async function topicFlight(
  parts: ServiceParts,
  descriptor: FlightDescriptor,
  topic: TopicRecord,
  window: TimeWindow | undefined,
): Promise<FlightInfo> {
  const metadata = await describeTopic(parts, topic, window);
  return create(FlightInfoSchema, {
    ...(topic.schemaHeader === undefined ? {} : { schema: encapsulate(downloadSchema(topic.schemaHeader, metadata)) }),
    flightDescriptor: descriptor,
    endpoint: [endpointOf(parts, metadata, window)],
    ...sums([metadata]),
  });
}

/** What there is to know of a topic; with a window also of the part inside. */
export async function describeTopic(
  parts: ServiceParts,
  topic: TopicRecord,
  window?: TimeWindow,
): Promise<TopicMetadata> {
  const { rowCount, byteCount, chunkCount, interval } = parts.uploads.has(topic.id)
    ? (await TopicData.open(parts, topic)).totals
    : topic.totals;
  const inside = window && await (await TopicData.open(parts, topic, window)).windowTotals();
  return {
    locator: locatorOf(topic),
    sessionLocator: topic.sessionLocator,
    createdAtNs: topic.createdAtNs,
    ...(topic.completedAtNs === undefined ? {} : { completedAtNs: topic.completedAtNs }),
    locked: topic.completedAtNs !== undefined,
    ontologyTag: topic.ontologyTag,
    serializationFormat: topic.serializationFormat,
    userMetadata: topic.userMetadata,
    dataInfo: {
      ...(interval === undefined ? {} : { interval }),
      totalRowCount: rowCount,
      totalBytes: byteCount,
      totalChunksCount: chunkCount,
    },
    ...(inside === undefined ? {} : {
      timeWindowInfo: {
        ...(inside.interval === undefined ? {} : { interval: inside.interval }),
        rowCount: inside.rowCount,
      },
    }),
  };
}

/**
 * The schema as it was uploaded, with what SDKs before 0.7 look for in its metadata. Its columns stay as they are, for
 * types are told by them.
 */
export function downloadSchema(schemaHeader: Uint8Array, topic: TopicMetadata): Uint8Array {
  const schema = decodeSchema(schemaHeader);
  return encodeSchema({ ...schema, metadata: new Map([...schema.metadata ?? [], ...topicSchemaMetadata(topic)]) });
}

function describeSession({ directory }: ServiceParts, session: SessionRecord) {
  const { id, uuid, locator, createdAtNs, completedAtNs } = session;
  return {
    uuid,
    locator,
    createdAtNs,
    ...(completedAtNs === undefined ? {} : { completedAtNs }),
    locked: completedAtNs !== undefined,
    topics: directory.catalogue.topics.ofSession(id).map(locatorOf),
  };
}

/** The ticket is the command that described the topic: locator and window. */
function endpointOf({ codec }: ServiceParts, topic: TopicMetadata, window: TimeWindow | undefined): FlightEndpoint {
  const { locator } = topic;
  const ticket = codec.encodeFlightInfoCommand(window === undefined ? { locator } : { locator, window });
  return create(FlightEndpointSchema, { ticket: { ticket }, appMetadata: codec.encodeTopicMetadata(topic) });
}

function sums(topics: readonly TopicMetadata[]): { totalRecords: bigint; totalBytes: bigint } {
  return {
    totalRecords: topics.reduce((sum, topic) => sum + (topic.dataInfo.totalRowCount ?? 0n), 0n),
    totalBytes: topics.reduce((sum, topic) => sum + topic.dataInfo.totalBytes, 0n),
  };
}
