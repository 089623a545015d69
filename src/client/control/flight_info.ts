/**
 * What a server before 0.7 says of sequences and topics in the schema of their FlightInfo.
 *
 * @module
 */
import { decodeSchema, unwrapEncapsulated } from "../../columnar/mod.ts";
import { readSchemaMetadata, type SchemaMetadata } from "../../protocol/mod.ts";
import type { FlightClient } from "../../wire/flight/mod.ts";
import type { TopicEndpoint } from "./types.ts";

/** Answer of GetFlightInfo. */
export type FlightInfo = Awaited<ReturnType<FlightClient["getFlightInfo"]>>;

/** One part of it. */
export type FlightEndpoint = FlightInfo["endpoint"][number];

/** What the metadata of its schema says; nothing when it has no schema. @throws {IpcError} @throws {ProtocolError} */
export function schemaMetadata(info: FlightInfo): SchemaMetadata {
  if (info.schema.byteLength === 0) return readSchemaMetadata();
  return readSchemaMetadata(decodeSchema(unwrapEncapsulated(info.schema)).metadata);
}

/** An endpoint with what the schema's metadata says of its topic. */
export function complete({ metadata, ticket }: TopicEndpoint, known: SchemaMetadata): TopicEndpoint {
  const { userMetadata, ontologyTag = metadata.ontologyTag, totalRowCount } = known;
  return {
    ticket,
    metadata: {
      ...metadata,
      ontologyTag,
      serializationFormat: known.serializationFormat ?? metadata.serializationFormat,
      userMetadata,
      dataInfo: { ...metadata.dataInfo, ...(totalRowCount === undefined ? {} : { totalRowCount }) },
    },
  };
}
