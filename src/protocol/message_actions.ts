/**
 * The protobuf form of every action: request and answer.
 *
 * @module
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import * as pb from "../../proto/gen/control_pb.ts";
import { AGGREGATE_ANSWER, AGGREGATES } from "./json_aggregates.ts";
import { JsonReader } from "./json_reader.ts";
import { jsonBytes } from "./json_writer.ts";
import {
  count,
  form,
  formatOf,
  FORMATS,
  type MessageForm,
  present,
  readInterval,
  readJson,
  window,
  writeJson,
} from "./message_form.ts";
import type { ActionName, Actions, ClusterizeRequest, SemVer, TopicCluster } from "./types.ts";

/** Request and answer of one action. */
export interface MessageAction<A extends ActionName> {
  /** Body of the action. */
  readonly request: MessageForm<Actions[A]["request"]>;
  /** Body of a result; `undefined` for actions that answer nothing. */
  readonly answer: MessageForm<Actions[A]["answer"]> | undefined;
}

const EMPTY = form(EmptySchema, () => ({}), () => ({}));

const LOCATOR = form(
  pb.ResourceLocatorSchema,
  ({ locator }: { readonly locator: string }) => ({ locator }),
  ({ locator }) => ({ locator }),
);

function writeSemVer({ major, minor, patch, pre = "" }: SemVer): MessageInitShape<typeof pb.SemVerItemSchema> {
  return { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), pre };
}

function readSemVer(semver: pb.SemVerItem | undefined): SemVer {
  const { major, minor, patch, pre } = present("ServerInfo", "semver", semver);
  return {
    major: count("ServerInfo", "semver.major", major),
    minor: count("ServerInfo", "semver.minor", minor),
    patch: count("ServerInfo", "semver.patch", patch),
    ...(pre === "" ? {} : { pre }),
  };
}

/** The form has one limit for both directions. */
const INFO = form(
  pb.ServerInfoSchema,
  ({ version, semver, config }: Actions["info"]["answer"]) => ({
    version,
    semver: writeSemVer(semver),
    config: {
      maxGrpcMessageSize: BigInt(config.maxDecodeMessageBytes),
      targetMessageSize: BigInt(config.targetEncodeMessageBytes),
    },
  }),
  ({ version, semver, config }) => {
    const { maxGrpcMessageSize, targetMessageSize } = present("ServerInfo", "config", config);
    const maxBytes = count("ServerInfo", "config.max_grpc_message_size", maxGrpcMessageSize);
    return {
      version,
      semver: readSemVer(semver),
      config: {
        maxDecodeMessageBytes: maxBytes,
        maxEncodeMessageBytes: maxBytes,
        targetEncodeMessageBytes: count("ServerInfo", "config.target_message_size", targetMessageSize),
      },
    };
  },
);

const VERSION = form(
  pb.ServerInfoSchema,
  ({ version, semver }: Actions["version"]["answer"]) => ({ version, semver: writeSemVer(semver) }),
  ({ version, semver }) => ({ version, semver: readSemVer(semver) }),
);

const SEQUENCE_CREATE = form(
  pb.SequenceCreateSchema,
  ({ locator, userMetadata }: Actions["sequence_create"]["request"]) => ({
    locator,
    userMetadata: writeJson("user_metadata", userMetadata),
  }),
  ({ locator, userMetadata }) => ({ locator, userMetadata: readJson("user_metadata", userMetadata) }),
);

const SESSION = form(
  pb.SessionCreateAnswerSchema,
  ({ uuid, locator }: Actions["session_create"]["answer"]) => ({ uuid, locator }),
  ({ uuid, locator }) => ({ uuid, locator }),
);

const SESSION_UUID = form(
  pb.SessionUuidSchema,
  ({ sessionUuid }: Actions["session_finalize"]["request"]) => ({ sessionUuid }),
  ({ sessionUuid }) => ({ sessionUuid }),
);

const TOPIC_CREATE = form(
  pb.TopicCreateSchema,
  ({ serializationFormat, userMetadata, ...texts }: Actions["topic_create"]["request"]) => ({
    ...texts,
    serializationFormat: FORMATS[serializationFormat],
    userMetadata: writeJson("user_metadata", userMetadata),
  }),
  ({ locator, sessionUuid, serializationFormat, ontologyTag, userMetadata }) => ({
    locator,
    sessionUuid,
    serializationFormat: formatOf("TopicCreate", serializationFormat),
    ontologyTag,
    userMetadata: readJson("user_metadata", userMetadata),
  }),
);

const UUID = form(
  pb.ResourceUuidSchema,
  ({ uuid }: Actions["topic_create"]["answer"]) => ({ uuid }),
  ({ uuid }) => ({ uuid }),
);

const NOTIFICATION_CREATE = form(
  pb.NotificationCreateSchema,
  ({ locator, notificationType, message }: Actions["topic_notification_create"]["request"]) => ({
    locator,
    notificationType,
    msg: message,
  }),
  ({ locator, notificationType, msg }) => ({ locator, notificationType, message: msg }),
);

const NOTIFICATIONS = form(
  pb.NotificationListSchema,
  ({ notifications }: Actions["topic_notification_list"]["answer"]) => ({
    notifications: notifications.map(({ locator, notificationType, message, createdDatetime }) => ({
      name: locator,
      notificationType,
      msg: message,
      createdDatetime,
    })),
  }),
  ({ notifications }) => ({
    notifications: notifications.map(({ name, notificationType, msg, createdDatetime }) => ({
      locator: name,
      notificationType,
      message: msg,
      createdDatetime,
    })),
  }),
);

const QUERY = form(
  pb.QueryRequestSchema,
  ({ query }: Actions["query"]["request"]) => ({ query: writeJson("query", query) }),
  ({ query }) => ({ query: readJson("query", query) }),
);

const QUERY_ANSWER = form(
  pb.QueryAnswerSchema,
  ({ items }: Actions["query"]["answer"]) => ({
    items: items.map(({ sequence, topics }) => ({
      sequence,
      topics: topics.map(({ locator, ontologyTag }) => ({ locator, ontologyTag })),
    })),
  }),
  ({ items }) => ({
    items: items.map(({ sequence, topics }) => ({
      sequence,
      topics: topics.map(({ locator, ontologyTag }) => ({ locator, ontologyTag })),
    })),
  }),
);

const CLUSTERIZE = form(
  pb.TopicClusterizeParamsSchema,
  ({ locator, clusteringDtNs, ontology, timestampRange }: ClusterizeRequest) => ({
    locator,
    clusteringDtNs,
    ontology: writeJson("ontology", ontology),
    ...(timestampRange === undefined ? {} : { timestampRange: window(timestampRange) }),
  }),
  ({ locator, clusteringDtNs, ontology, timestampRange }) => ({
    locator,
    clusteringDtNs,
    ontology: readJson("ontology", ontology),
    ...(timestampRange === undefined ? {} : { timestampRange: window(timestampRange) }),
  }),
);

const INTERSECT = form(
  pb.TopicFilterIntersectSchema,
  ({ topics, intersectDtNs }: Actions["topic_filter_intersect"]["request"]) => ({
    topics: topics.map((topic) => CLUSTERIZE.toMessage(topic) as pb.TopicClusterizeParams),
    intersectDtNs,
  }),
  ({ topics, intersectDtNs }) => ({ topics: topics.map(CLUSTERIZE.fromMessage), intersectDtNs }),
);

const CLUSTER = form(
  pb.TopicFilterAnswerSchema,
  ({ id, range }: TopicCluster) => ({ id, ts: { startNs: range.startNs, endNs: range.endNs } }),
  ({ id, ts }) => ({ id, range: readInterval("TopicFilterAnswer", present("TopicFilterAnswer", "ts", ts)) }),
);

const AGGREGATE = form(
  pb.TopicAggregateParamsSchema,
  ({ locator, ontology, timestampRange, aggregates }: Actions["topic_aggregate"]["request"]) => ({
    locator,
    ontology: writeJson("ontology", ontology),
    ...(timestampRange === undefined ? {} : { timestampRange: window(timestampRange) }),
    aggregates: jsonBytes("aggregates", () => AGGREGATES.write(aggregates)),
  }),
  ({ locator, ontology, timestampRange, aggregates }) => ({
    locator,
    ontology: readJson("ontology", ontology),
    ...(timestampRange === undefined ? {} : { timestampRange: window(timestampRange) }),
    aggregates: AGGREGATES.read(JsonReader.parse("aggregates", aggregates)),
  }),
);

const AGGREGATE_VALUES = form(
  pb.TopicAggregateAnswerSchema,
  (answer: Actions["topic_aggregate"]["answer"]) => ({
    values: jsonBytes("values", () => AGGREGATE_ANSWER.write(answer)),
  }),
  ({ values }) => AGGREGATE_ANSWER.read(JsonReader.parse("values", values)),
);

const EXPLAIN_ANSWER = form(
  pb.QueryExplainAnswerSchema,
  ({ items, statistics }: Actions["query_explain"]["answer"]) => ({
    items: items.map(({ sequence, topics }) => ({
      sequence,
      topics: topics.map(({ locator, ontologyTag }) => ({ locator, ontologyTag })),
    })),
    topics: BigInt(statistics.topics),
    topicsPruned: BigInt(statistics.topicsPruned),
    chunks: BigInt(statistics.chunks),
    chunksPruned: BigInt(statistics.chunksPruned),
    chunksByIndex: BigInt(statistics.chunksByIndex),
    rowsScanned: BigInt(statistics.rowsScanned),
    bytesStored: BigInt(statistics.bytesStored),
    bytesRead: BigInt(statistics.bytesRead),
    elapsedNs: statistics.elapsedNs,
  }),
  ({ items, elapsedNs, ...counts }) => ({
    items: items.map(({ sequence, topics }) => ({
      sequence,
      topics: topics.map(({ locator, ontologyTag }) => ({ locator, ontologyTag })),
    })),
    statistics: {
      topics: count("QueryExplainAnswer", "topics", counts.topics),
      topicsPruned: count("QueryExplainAnswer", "topics_pruned", counts.topicsPruned),
      chunks: count("QueryExplainAnswer", "chunks", counts.chunks),
      chunksPruned: count("QueryExplainAnswer", "chunks_pruned", counts.chunksPruned),
      chunksByIndex: count("QueryExplainAnswer", "chunks_by_index", counts.chunksByIndex),
      rowsScanned: count("QueryExplainAnswer", "rows_scanned", counts.rowsScanned),
      bytesStored: count("QueryExplainAnswer", "bytes_stored", counts.bytesStored),
      bytesRead: count("QueryExplainAnswer", "bytes_read", counts.bytesRead),
      elapsedNs,
    },
  }),
);

/** All actions by name. */
export const MESSAGE_ACTIONS: { readonly [A in ActionName]: MessageAction<A> } = {
  info: { request: EMPTY, answer: INFO },
  version: { request: EMPTY, answer: VERSION },
  sequence_create: { request: SEQUENCE_CREATE, answer: undefined },
  sequence_delete: { request: LOCATOR, answer: undefined },
  session_create: { request: LOCATOR, answer: SESSION },
  session_finalize: { request: SESSION_UUID, answer: undefined },
  session_delete: { request: LOCATOR, answer: undefined },
  topic_create: { request: TOPIC_CREATE, answer: UUID },
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
  topic_aggregate: { request: AGGREGATE, answer: AGGREGATE_VALUES },
  query_explain: { request: QUERY, answer: EXPLAIN_ANSWER },
};
