/**
 * Mosaico's messages: what they hold, their two forms on the wire, names, and what servers of each version can do.
 *
 * @module
 */
import type { WireCodec } from "./types.ts";

export { parseDatetime } from "./datetime.ts";
export { ProtocolError } from "./errors.ts";
export { isUlid, isUuid, newUlid, newUuid } from "./ids.ts";
export { jsonCodec } from "./json_codec.ts";
export { checkUserMetadata, MAX_METADATA_DEPTH, MAX_METADATA_LENGTH } from "./metadata.ts";
export {
  checkSequenceName,
  checkTopicName,
  type Locator,
  packLocator,
  parseLocator,
  sanitizeSequenceName,
  sessionLocator,
  unpackLocator,
} from "./names.ts";
export {
  readSchemaMetadata,
  type SchemaMetadata,
  sequenceSchemaMetadata,
  topicSchemaMetadata,
} from "./schema_metadata.ts";
export {
  type ActionName,
  type Actions,
  type Aggregate,
  AGGREGATE_FUNCTIONS,
  type AggregateFunction,
  type AggregateRequest,
  type AggregateValue,
  type ClusterizeRequest,
  type Empty,
  type FlightInfoCommand,
  type LocatorRequest,
  type NotificationCreateRequest,
  type NotificationItem,
  type PutCommand,
  type QueryItem,
  type QueryItemTopic,
  type QueryStatistics,
  type SemVer,
  type SequenceMetadata,
  SERIALIZATION_FORMATS,
  type SerializationFormat,
  type ServerInfo,
  type SessionMetadata,
  type TimestampRange,
  type TopicCluster,
  type TopicMetadata,
  type WireCodec,
} from "./types.ts";
export { type Commands, validateCommand, validateRequest, warmUpValidation } from "./validation.ts";
export {
  adaptQuery,
  capabilitiesOf,
  formOf,
  infoOfOldServer,
  isUnknownAction,
  parseVersion,
  type ServerCapabilities,
  type ServerEra,
} from "./versions.ts";

/** The codec for servers after 0.7, loaded when first asked for. */
export async function loadBinaryCodec(): Promise<WireCodec> {
  return (await import("./binary_codec.ts")).binaryCodec;
}
