/**
 * The JSON form of every action: request bodies, and the `response` of the envelope `{"action","response"}`.
 *
 * @module
 */
import type { JsonObject } from "../base/mod.ts";
import { AGGREGATE_ANSWER, AGGREGATES } from "./json_aggregates.ts";
import type { JsonReader } from "./json_reader.ts";
import { int64, uint64 } from "./json_writer.ts";
import {
  type ActionName,
  type Actions,
  type ClusterizeRequest,
  type SemVer,
  SERIALIZATION_FORMATS,
  type TimestampRange,
  type TopicCluster,
} from "./types.ts";
import { parseVersion } from "./versions.ts";

/** How one value is written and read. */
export interface JsonForm<T> {
  /** A value that `stringifyJson` takes. */
  write(value: T): unknown;
  /** The value, checked. */
  read(reader: JsonReader): T;
}

/** Request and answer of one action. */
export interface JsonAction<A extends ActionName> {
  /** Body of the action. */
  readonly request: JsonForm<Actions[A]["request"]>;
  /** What stands under `response`; `undefined` for actions that answer nothing. */
  readonly answer: JsonForm<Actions[A]["answer"]> | undefined;
}

const EMPTY: JsonForm<Readonly<Record<never, never>>> = { write: () => ({}), read: () => ({}) };

const LOCATOR: JsonForm<{ readonly locator: string }> = {
  write: ({ locator }) => ({ locator }),
  read: (reader) => ({ locator: reader.field("locator").text() }),
};

const SEMVER: JsonForm<SemVer> = {
  write: ({ major, minor, patch, pre }) => ({ major, minor, patch, ...(pre === undefined ? {} : { pre }) }),
  read: (reader) => {
    const pre = reader.field("pre").optional((field) => field.text());
    return {
      major: reader.field("major").count(),
      minor: reader.field("minor").count(),
      patch: reader.field("patch").count(),
      ...(pre ? { pre } : {}),
    };
  },
};

const INFO: JsonForm<Actions["info"]["answer"]> = {
  write: ({ version, semver, config }) => ({
    version,
    semver: SEMVER.write(semver),
    config: {
      grpc_max_decode_message_size: config.maxDecodeMessageBytes,
      grpc_max_encode_message_size: config.maxEncodeMessageBytes,
      grpc_target_encode_message_size: config.targetEncodeMessageBytes,
    },
  }),
  read: (reader) => {
    const config = reader.field("config");
    return {
      version: reader.field("version").text(),
      semver: SEMVER.read(reader.field("semver")),
      config: {
        maxDecodeMessageBytes: config.field("grpc_max_decode_message_size").count(),
        maxEncodeMessageBytes: config.field("grpc_max_encode_message_size").count(),
        targetEncodeMessageBytes: config.field("grpc_target_encode_message_size").count(),
      },
    };
  },
};

/** Some servers answer the version as mere text. */
const VERSION: JsonForm<Actions["version"]["answer"]> = {
  write: ({ version, semver }) => ({ version, semver: SEMVER.write(semver) }),
  read: (reader) => {
    if (reader.isText) return { version: reader.text(), semver: parseVersion(reader.text()) };
    const version = reader.field("version").text();
    return { version, semver: reader.field("semver").optional(SEMVER.read) ?? parseVersion(version) };
  },
};

const SEQUENCE_CREATE: JsonForm<Actions["sequence_create"]["request"]> = {
  write: ({ locator, userMetadata }) => ({ locator, user_metadata: userMetadata }),
  read: (reader) => ({ locator: reader.field("locator").text(), userMetadata: reader.field("user_metadata").object() }),
};

const TOPIC_CREATE: JsonForm<Actions["topic_create"]["request"]> = {
  write: ({ sessionUuid, locator, serializationFormat, ontologyTag, userMetadata }) => ({
    session_uuid: sessionUuid,
    locator,
    serialization_format: serializationFormat,
    ontology_tag: ontologyTag,
    user_metadata: userMetadata,
  }),
  read: (reader) => ({
    sessionUuid: reader.field("session_uuid").text(),
    locator: reader.field("locator").text(),
    serializationFormat: reader.field("serialization_format").oneOf(SERIALIZATION_FORMATS),
    ontologyTag: reader.field("ontology_tag").text(),
    userMetadata: reader.field("user_metadata").object(),
  }),
};

const SESSION: JsonForm<Actions["session_create"]["answer"]> = {
  write: ({ uuid, locator }) => ({ uuid, locator }),
  read: (reader) => ({ uuid: reader.field("uuid").text(), locator: reader.field("locator").text() }),
};

const NOTIFICATION_CREATE: JsonForm<Actions["topic_notification_create"]["request"]> = {
  write: ({ locator, notificationType, message }) => ({ locator, notification_type: notificationType, msg: message }),
  read: (reader) => ({
    locator: reader.field("locator").text(),
    notificationType: reader.field("notification_type").text(),
    message: reader.field("msg").text(),
  }),
};

const NOTIFICATIONS: JsonForm<Actions["topic_notification_list"]["answer"]> = {
  write: ({ notifications }) => ({
    notifications: notifications.map(({ locator, notificationType, message, createdDatetime }) => ({
      name: locator,
      notification_type: notificationType,
      msg: message,
      created_datetime: createdDatetime,
    })),
  }),
  read: (reader) => ({
    notifications: reader.field("notifications").list().map((item) => ({
      locator: item.field("name").text(),
      notificationType: item.field("notification_type").text(),
      message: item.field("msg").text(),
      createdDatetime: item.field("created_datetime").text(),
    })),
  }),
};

/** The body is the query itself. */
const QUERY: JsonForm<{ readonly query: JsonObject }> = {
  write: ({ query }) => query,
  read: (reader) => ({ query: reader.object() }),
};

const QUERY_ANSWER: JsonForm<Actions["query"]["answer"]> = {
  write: ({ items }) => ({
    items: items.map(({ sequence, topics }) => ({
      sequence,
      topics: topics.map(({ locator, ontologyTag }) => ({ locator, ontology_tag: ontologyTag })),
    })),
  }),
  read: (reader) => ({
    items: reader.field("items").list().map((item) => ({
      sequence: item.field("sequence").text(),
      topics: item.field("topics").list().map((topic) => ({
        locator: topic.field("locator").text(),
        ontologyTag: topic.field("ontology_tag").optional((tag) => tag.text()) ?? "", // not sent by 0.5
      })),
    })),
  }),
};

const WINDOW: JsonForm<TimestampRange> = {
  write: ({ startNs, endNs }) => ({
    ...(startNs === undefined ? {} : { start_ns: int64("start_ns", startNs) }),
    ...(endNs === undefined ? {} : { end_ns: int64("end_ns", endNs) }),
  }),
  read: (reader) => {
    const startNs = reader.field("start_ns").optional((time) => time.int64());
    const endNs = reader.field("end_ns").optional((time) => time.int64());
    return { ...(startNs === undefined ? {} : { startNs }), ...(endNs === undefined ? {} : { endNs }) };
  },
};

const CLUSTERIZE: JsonForm<ClusterizeRequest> = {
  write: ({ locator, clusteringDtNs, ontology, timestampRange }) => ({
    locator,
    clustering_dt_ns: uint64("clustering_dt_ns", clusteringDtNs),
    ontology,
    ...(timestampRange === undefined ? {} : { timestamp_range: WINDOW.write(timestampRange) }),
  }),
  read: (reader) => {
    const timestampRange = reader.field("timestamp_range").optional(WINDOW.read);
    return {
      locator: reader.field("locator").text(),
      clusteringDtNs: reader.field("clustering_dt_ns").uint64(),
      ontology: reader.field("ontology").object(),
      ...(timestampRange === undefined ? {} : { timestampRange }),
    };
  },
};

const INTERSECT: JsonForm<Actions["topic_filter_intersect"]["request"]> = {
  write: ({ topics, intersectDtNs }) => ({
    topics: topics.map(CLUSTERIZE.write),
    intersect_dt_ns: uint64("intersect_dt_ns", intersectDtNs),
  }),
  read: (reader) => ({
    topics: reader.field("topics").list().map(CLUSTERIZE.read),
    intersectDtNs: reader.field("intersect_dt_ns").uint64(),
  }),
};

/** First and last record time, both there. */
export const INTERVAL: JsonForm<{ readonly startNs: bigint; readonly endNs: bigint }> = {
  write: ({ startNs, endNs }) => ({ start_ns: int64("start_ns", startNs), end_ns: int64("end_ns", endNs) }),
  read: (reader) => ({ startNs: reader.field("start_ns").int64(), endNs: reader.field("end_ns").int64() }),
};

const CLUSTER: JsonForm<TopicCluster> = {
  write: ({ id, range }) => ({ ts: INTERVAL.write(range), id: uint64("id", id) }),
  read: (reader) => ({ id: reader.field("id").uint64(), range: INTERVAL.read(reader.field("ts")) }),
};

const AGGREGATE: JsonForm<Actions["topic_aggregate"]["request"]> = {
  write: ({ locator, ontology, timestampRange, aggregates }) => ({
    locator,
    ontology,
    ...(timestampRange === undefined ? {} : { timestamp_range: WINDOW.write(timestampRange) }),
    aggregates: AGGREGATES.write(aggregates),
  }),
  read: (reader) => {
    const timestampRange = reader.field("timestamp_range").optional(WINDOW.read);
    return {
      locator: reader.field("locator").text(),
      ontology: reader.field("ontology").optional((conditions) => conditions.object()) ?? {},
      ...(timestampRange === undefined ? {} : { timestampRange }),
      aggregates: AGGREGATES.read(reader.field("aggregates")),
    };
  },
};

const EXPLAIN_ANSWER: JsonForm<Actions["query_explain"]["answer"]> = {
  write: ({ items, statistics }) => ({
    ...QUERY_ANSWER.write({ items }) as JsonObject,
    explain: {
      topics: statistics.topics,
      topics_pruned: statistics.topicsPruned,
      chunks: statistics.chunks,
      chunks_pruned: statistics.chunksPruned,
      chunks_by_index: statistics.chunksByIndex,
      rows_scanned: statistics.rowsScanned,
      bytes_stored: statistics.bytesStored,
      bytes_read: statistics.bytesRead,
      elapsed_ns: uint64("elapsed_ns", statistics.elapsedNs),
    },
  }),
  read: (reader) => {
    const explain = reader.field("explain");
    return {
      ...QUERY_ANSWER.read(reader),
      statistics: {
        topics: explain.field("topics").count(),
        topicsPruned: explain.field("topics_pruned").count(),
        chunks: explain.field("chunks").count(),
        chunksPruned: explain.field("chunks_pruned").count(),
        chunksByIndex: explain.field("chunks_by_index").count(),
        rowsScanned: explain.field("rows_scanned").count(),
        bytesStored: explain.field("bytes_stored").count(),
        bytesRead: explain.field("bytes_read").count(),
        elapsedNs: explain.field("elapsed_ns").uint64(),
      },
    };
  },
};

/** All actions by name. */
export const JSON_ACTIONS: { readonly [A in ActionName]: JsonAction<A> } = {
  info: { request: EMPTY, answer: INFO },
  version: { request: EMPTY, answer: VERSION },
  sequence_create: { request: SEQUENCE_CREATE, answer: undefined },
  sequence_delete: { request: LOCATOR, answer: undefined },
  session_create: { request: LOCATOR, answer: SESSION },
  session_finalize: {
    request: {
      write: ({ sessionUuid }) => ({ session_uuid: sessionUuid }),
      read: (reader) => ({ sessionUuid: reader.field("session_uuid").text() }),
    },
    answer: undefined,
  },
  session_delete: { request: LOCATOR, answer: undefined },
  topic_create: {
    request: TOPIC_CREATE,
    answer: { write: ({ uuid }) => ({ uuid }), read: (reader) => ({ uuid: reader.field("uuid").text() }) },
  },
  topic_delete: { request: LOCATOR, answer: undefined },
  sequence_notification_create: { request: NOTIFICATION_CREATE, answer: undefined },
  sequence_notification_list: { request: LOCATOR, answer: NOTIFICATIONS },
  sequence_notification_purge: { request: LOCATOR, answer: undefined },
  topic_notification_create: { request: NOTIFICATION_CREATE, answer: undefined },
  topic_notification_list: { request: LOCATOR, answer: NOTIFICATIONS },
  topic_notification_purge: { request: LOCATOR, answer: undefined },
  query: { request: QUERY, answer: QUERY_ANSWER },
  topic_filter_clusterize: { request: CLUSTERIZE, answer: CLUSTER },
  topic_filter_intersect: { request: INTERSECT, answer: CLUSTER },
  topic_aggregate: { request: AGGREGATE, answer: AGGREGATE_ANSWER },
  query_explain: { request: QUERY, answer: EXPLAIN_ANSWER },
};
