/**
 * The JSON form of what is no action: commands in descriptors, and `app_metadata` of sequences and topics.
 *
 * What is written serves SDK 0.5, 0.6 and 0.7 at once; what is read may come of a server of any of these versions.
 *
 * @module
 */
import { INTERVAL, type JsonForm } from "./json_actions.ts";
import type { JsonReader } from "./json_reader.ts";
import { int64, uint64 } from "./json_writer.ts";
import {
  type FlightInfoCommand,
  type PutCommand,
  type SequenceMetadata,
  SERIALIZATION_FORMATS,
  type SessionMetadata,
  type TopicMetadata,
} from "./types.ts";

/** `cmd` of GetFlightInfo. A bound that is not set is left out, not null. */
export const FLIGHT_INFO_COMMAND: JsonForm<FlightInfoCommand> = {
  write: ({ locator, window = {} }) => ({
    resource_locator: locator,
    ...(window.startNs === undefined ? {} : { timestamp_ns_start: int64("timestamp_ns_start", window.startNs) }),
    ...(window.endNs === undefined ? {} : { timestamp_ns_end: int64("timestamp_ns_end", window.endNs) }),
  }),
  read: (reader) => {
    const locator = reader.field("resource_locator").text();
    const startNs = reader.field("timestamp_ns_start").optional((time) => time.int64());
    const endNs = reader.field("timestamp_ns_end").optional((time) => time.int64());
    if (startNs === undefined && endNs === undefined) return { locator };
    return {
      locator,
      window: { ...(startNs === undefined ? {} : { startNs }), ...(endNs === undefined ? {} : { endNs }) },
    };
  },
};

/** `cmd` of GetSchema. */
export const SCHEMA_COMMAND: JsonForm<string> = {
  write: (locator) => ({ resource_locator: locator }),
  read: (reader) => reader.field("resource_locator").text(),
};

/** `cmd` of DoPut. */
export const PUT_COMMAND: JsonForm<PutCommand> = {
  write: ({ locator, topicUuid }) => ({ resource_locator: locator, topic_uuid: topicUuid }),
  read: (reader) => ({
    locator: reader.field("resource_locator").text(),
    topicUuid: reader.field("topic_uuid").text(),
  }),
};

/** `app_metadata` of a sequence. Metadata of the user is in the schema's metadata before 0.7. */
export const SEQUENCE_METADATA: JsonForm<SequenceMetadata> = {
  write: ({ locator, createdAtNs, userMetadata, sessions }) => ({
    resource_locator: locator,
    created_at_ns: int64("created_at_ns", createdAtNs),
    user_metadata: userMetadata,
    sessions: sessions.map(SESSION_METADATA.write),
  }),
  read: (reader) => ({
    locator: reader.field("resource_locator").text(),
    createdAtNs: reader.field("created_at_ns").int64(),
    userMetadata: reader.field("user_metadata").optional((field) => field.object()) ?? {},
    sessions: reader.field("sessions").optional((field) => field.list().map(SESSION_METADATA.read)) ?? [],
  }),
};

const SESSION_METADATA: JsonForm<SessionMetadata> = {
  write: ({ uuid, locator, createdAtNs, completedAtNs, locked, topics }) => ({
    ...(uuid === undefined ? {} : { uuid }),
    locator,
    created_at_ns: int64("created_at_ns", createdAtNs),
    completed_at_ns: completedAtNs === undefined ? null : int64("completed_at_ns", completedAtNs),
    locked,
    topics,
  }),
  read: (reader) => {
    const uuid = reader.field("uuid").optional((field) => field.text());
    return {
      ...(uuid === undefined ? {} : { uuid }),
      locator: reader.field("locator").text(),
      createdAtNs: reader.field("created_at_ns").int64(),
      ...completion(reader),
      locked: reader.field("locked").flag(),
      topics: reader.field("topics").optional((field) => field.list().map((topic) => topic.text())) ?? [],
    };
  },
};

/** `app_metadata` of a topic. `info` says for SDKs before 0.7 what `data_info` says since. */
export const TOPIC_METADATA: JsonForm<TopicMetadata> = {
  write: (topic) => {
    const { dataInfo, timeWindowInfo } = topic;
    const interval = dataInfo.interval === undefined ? null : INTERVAL.write(dataInfo.interval);
    const totalBytes = uint64("total_bytes", dataInfo.totalBytes);
    const totalChunks = uint64("total_chunks_count", dataInfo.totalChunksCount);
    return {
      created_at_ns: int64("created_at_ns", topic.createdAtNs),
      completed_at_ns: topic.completedAtNs === undefined ? null : int64("completed_at_ns", topic.completedAtNs),
      locked: topic.locked,
      resource_locator: topic.locator,
      ...(topic.sessionLocator === undefined ? {} : { session_locator: topic.sessionLocator }),
      ontology_tag: topic.ontologyTag,
      serialization_format: topic.serializationFormat,
      user_metadata: topic.userMetadata,
      data_info: {
        interval,
        ...(dataInfo.totalRowCount === undefined
          ? {}
          : { total_row_count: uint64("total_row_count", dataInfo.totalRowCount) }),
        total_bytes: totalBytes,
        total_chunks_count: totalChunks,
      },
      time_window_info: timeWindowInfo === undefined ? null : {
        interval: timeWindowInfo.interval === undefined ? null : INTERVAL.write(timeWindowInfo.interval),
        row_count: uint64("row_count", timeWindowInfo.rowCount),
      },
      info: { chunks_number: totalChunks, total_bytes: totalBytes, timestamp: interval },
    };
  },
  read: (reader) => {
    const sessionLocator = reader.field("session_locator").optional((field) => field.text());
    const timeWindowInfo = reader.field("time_window_info").optional((field) => ({
      ...intervalOf(field.field("interval")),
      rowCount: field.field("row_count").uint64(),
    }));
    return {
      locator: reader.field("resource_locator").text(),
      ...(sessionLocator === undefined ? {} : { sessionLocator }),
      createdAtNs: reader.field("created_at_ns").int64(),
      ...completion(reader),
      locked: reader.field("locked").flag(),
      ontologyTag: reader.field("ontology_tag").optional((field) => field.text()) ?? "",
      serializationFormat:
        reader.field("serialization_format").optional((field) => field.oneOf(SERIALIZATION_FORMATS)) ??
          "default",
      userMetadata: reader.field("user_metadata").optional((field) => field.object()) ?? {},
      dataInfo: dataInfoOf(reader),
      ...(timeWindowInfo === undefined ? {} : { timeWindowInfo }),
    };
  },
};

function dataInfoOf(reader: JsonReader): TopicMetadata["dataInfo"] {
  const now = reader.field("data_info");
  if (!now.isAbsent) {
    const totalRowCount = now.field("total_row_count").optional((field) => field.uint64());
    return {
      ...intervalOf(now.field("interval")),
      ...(totalRowCount === undefined ? {} : { totalRowCount }),
      totalBytes: now.field("total_bytes").uint64(),
      totalChunksCount: now.field("total_chunks_count").uint64(),
    };
  }
  const before = reader.field("info");
  if (before.isAbsent) return { totalBytes: 0n, totalChunksCount: 0n }; // nothing uploaded yet
  return {
    ...intervalOf(before.field("timestamp")),
    totalBytes: before.field("total_bytes").uint64(),
    totalChunksCount: before.field("chunks_number").uint64(),
  };
}

function intervalOf(reader: JsonReader): Pick<TopicMetadata["dataInfo"], "interval"> {
  const interval = reader.optional(INTERVAL.read);
  return interval === undefined ? {} : { interval };
}

function completion(reader: JsonReader): { readonly completedAtNs?: bigint } {
  const completedAtNs = reader.field("completed_at_ns").optional((field) => field.int64());
  return completedAtNs === undefined ? {} : { completedAtNs };
}
