/**
 * What servers and clients before 0.7 keep in the metadata of an Arrow schema, as JSON under `mosaico:` keys.
 *
 * @module
 */
import { type JsonObject, stringifyJson, utf8 } from "../base/mod.ts";
import { JsonReader } from "./json_reader.ts";
import { SERIALIZATION_FORMATS, type SerializationFormat, type TopicMetadata } from "./types.ts";

/** What the metadata of a schema says. */
export interface SchemaMetadata {
  /** The user's own, of the sequence or topic. */
  readonly userMetadata: JsonObject;
  /** Type; topics only. */
  readonly ontologyTag?: string;
  /** Storage hint; topics only. */
  readonly serializationFormat?: SerializationFormat;
  /** Rows; topics of 0.6 only. */
  readonly totalRowCount?: bigint;
}

/** Metadata for the schema in the FlightInfo of a sequence. */
export function sequenceSchemaMetadata(userMetadata: JsonObject): Map<string, string> {
  return new Map([["mosaico:context", "sequence"], ["mosaico:user_metadata", stringifyJson(userMetadata)]]);
}

/** Metadata for the schema of a topic, in its FlightInfo and at the head of its download. */
export function topicSchemaMetadata(
  { ontologyTag, serializationFormat, userMetadata, dataInfo }: Omit<
    TopicMetadata,
    "locator" | "createdAtNs" | "locked"
  >,
): Map<string, string> {
  const properties = {
    ontology_tag: ontologyTag,
    serialization_format: serializationFormat,
    message_count: dataInfo.totalRowCount ?? null,
    timestamp_ns_min: dataInfo.interval?.startNs ?? null,
    timestamp_ns_max: dataInfo.interval?.endNs ?? null,
  };
  return new Map([
    ["mosaico:context", "topic"],
    ["mosaico:properties", stringifyJson(properties)],
    ["mosaico:user_metadata", stringifyJson(userMetadata)],
  ]);
}

/** Reads what an old server put there. @throws {ProtocolError} `message.malformed` */
export function readSchemaMetadata(metadata: ReadonlyMap<string, string> = new Map()): SchemaMetadata {
  const read = (key: string) => JsonReader.parse(`the schema's ${key}`, utf8(metadata.get(key) ?? "{}"));
  const properties = read("mosaico:properties");
  const ontologyTag = properties.field("ontology_tag").optional((tag) => tag.text());
  const format = properties.field("serialization_format").optional((name) => name.oneOf(SERIALIZATION_FORMATS));
  const totalRowCount = properties.field("message_count").optional((rows) => rows.uint64());
  return {
    userMetadata: read("mosaico:user_metadata").object(),
    ...(ontologyTag === undefined ? {} : { ontologyTag }),
    ...(format === undefined ? {} : { serializationFormat: format }),
    ...(totalRowCount === undefined ? {} : { totalRowCount }),
  };
}
