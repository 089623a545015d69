/**
 * The protobuf form of what is no action: commands in descriptors, and `app_metadata` of sequences and topics.
 *
 * @module
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import * as pb from "../../proto/gen/control_pb.ts";
import {
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
import type { FlightInfoCommand, PutCommand, SequenceMetadata, SessionMetadata, TopicMetadata } from "./types.ts";

/** `cmd` of GetFlightInfo. */
export const FLIGHT_INFO_COMMAND: MessageForm<FlightInfoCommand> = form(
  pb.GetFlightInfoCmdSchema,
  ({ locator, window = {} }: FlightInfoCommand) => ({
    locator,
    ...(window.startNs === undefined ? {} : { timestampNsStart: window.startNs }),
    ...(window.endNs === undefined ? {} : { timestampNsEnd: window.endNs }),
  }),
  ({ locator, timestampNsStart: startNs, timestampNsEnd: endNs }) => {
    if (startNs === undefined && endNs === undefined) return { locator };
    return { locator, window: window({ startNs, endNs }) };
  },
);

/** `cmd` of GetSchema: the locator. */
export const SCHEMA_COMMAND: MessageForm<string> = form(
  pb.GetSchemaCmdSchema,
  (locator: string) => ({ locator }),
  ({ locator }) => locator,
);

/** `cmd` of DoPut. */
export const PUT_COMMAND: MessageForm<PutCommand> = form(
  pb.DoPutCmdSchema,
  ({ locator, topicUuid }: PutCommand) => ({ locator, topicUuid }),
  ({ locator, topicUuid }) => ({ locator, topicUuid }),
);

/** `app_metadata` of a sequence. */
export const SEQUENCE_METADATA: MessageForm<SequenceMetadata> = form(
  pb.SequenceAppMetadataSchema,
  ({ locator, createdAtNs, userMetadata, sessions }: SequenceMetadata) => ({
    locator,
    createdAtNs,
    userMetadata: writeJson("user_metadata", userMetadata),
    sessions: sessions.map(writeSession),
  }),
  ({ locator, createdAtNs, userMetadata, sessions }) => ({
    locator,
    createdAtNs,
    userMetadata: readJson("user_metadata", userMetadata),
    sessions: sessions.map(readSession),
  }),
);

function writeSession(session: SessionMetadata): MessageInitShape<typeof pb.SessionAppMetadataSchema> {
  const { locator, createdAtNs, completedAtNs, locked, topics } = session;
  return { locator, createdAtNs, ...completion(completedAtNs), locked, topics: [...topics] };
}

function readSession({ locator, createdAtNs, completedAtNs, locked, topics }: pb.SessionAppMetadata): SessionMetadata {
  return { locator, createdAtNs, ...completion(completedAtNs), locked, topics };
}

/** `app_metadata` of a topic. */
export const TOPIC_METADATA: MessageForm<TopicMetadata> = form(
  pb.TopicAppMetadataSchema,
  (topic: TopicMetadata) => ({
    createdAtNs: topic.createdAtNs,
    ...completion(topic.completedAtNs),
    locked: topic.locked,
    locator: topic.locator,
    ontologyTag: topic.ontologyTag,
    serializationFormat: FORMATS[topic.serializationFormat],
    userMetadata: writeJson("user_metadata", topic.userMetadata),
    dataInfo: {
      ...(topic.dataInfo.interval === undefined ? {} : { interval: { ...topic.dataInfo.interval } }),
      totalRowCount: topic.dataInfo.totalRowCount ?? 0n,
      totalBytes: topic.dataInfo.totalBytes,
      totalChunksCount: topic.dataInfo.totalChunksCount,
    },
    ...(topic.timeWindowInfo === undefined ? {} : {
      timeWindowInfo: {
        ...(topic.timeWindowInfo.interval === undefined ? {} : { interval: { ...topic.timeWindowInfo.interval } }),
        rowCount: topic.timeWindowInfo.rowCount,
      },
    }),
    sessionLocator: topic.sessionLocator ?? "",
  }),
  (topic) => {
    const { interval, totalRowCount, totalBytes, totalChunksCount } = present(NAME, "data_info", topic.dataInfo);
    return {
      locator: topic.locator,
      ...(topic.sessionLocator === "" ? {} : { sessionLocator: topic.sessionLocator }),
      createdAtNs: topic.createdAtNs,
      ...completion(topic.completedAtNs),
      locked: topic.locked,
      ontologyTag: topic.ontologyTag,
      serializationFormat: formatOf(NAME, topic.serializationFormat),
      userMetadata: readJson("user_metadata", topic.userMetadata),
      dataInfo: { ...intervalOf(interval), totalRowCount, totalBytes, totalChunksCount },
      ...(topic.timeWindowInfo === undefined ? {} : {
        timeWindowInfo: { ...intervalOf(topic.timeWindowInfo.interval), rowCount: topic.timeWindowInfo.rowCount },
      }),
    };
  },
);

const NAME = "the metadata of a topic";

function intervalOf(interval: pb.TimestampRange | undefined): Pick<TopicMetadata["dataInfo"], "interval"> {
  return interval === undefined ? {} : { interval: readInterval(NAME, interval) };
}

function completion(completedAtNs: bigint | undefined): { completedAtNs?: bigint } {
  return completedAtNs === undefined ? {} : { completedAtNs };
}
