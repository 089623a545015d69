/**
 * Uploads and downloads.
 *
 * @module
 */
import { FlightDescriptor_DescriptorType as DescriptorType } from "../../../proto/gen/flight_pb.ts";
import { decodeSchema, type Schema } from "../../columnar/mod.ts";
import { isUuid, type PutCommand, validateCommand } from "../../protocol/mod.ts";
import type { FlightData, FlightSink, FlightStream } from "../../wire/flight/mod.ts";
import type { TimeWindow, TopicRecord } from "../catalogue/mod.ts";
import type { Upload } from "../storage/mod.ts";
import { describeTopic, downloadSchema } from "./flights.ts";
import { findTopic, locatorOf, type ServiceParts } from "./parts.ts";
import { refuse } from "./statuses.ts";
import { TopicData } from "./topic_data.ts";

/** Sends the schema of a topic, then its rows inside the window. */
export async function download(
  parts: ServiceParts,
  topic: TopicRecord,
  window: TimeWindow | undefined,
  sink: FlightSink,
  signal: AbortSignal,
): Promise<void> {
  if (topic.schemaHeader === undefined) throw refuse.notUploaded(locatorOf(topic));
  const data = await TopicData.open(parts, topic, window);
  await sink.send({ header: downloadSchema(topic.schemaHeader, await describeTopic(parts, topic)) });
  for await (const message of data.messages()) {
    signal.throwIfAborted();
    const room = sink.send(message);
    if (room !== undefined) await room;
  }
}

/**
 * Stores an upload. Nothing is answered before its end: clients write without waiting.
 *
 * @throws {RpcError} by the rules of uploads
 */
export async function receive(
  parts: ServiceParts,
  messages: FlightStream<FlightData>,
  signal: AbortSignal,
): Promise<void> {
  const first = await messages.take();
  if (first?.descriptor?.type !== DescriptorType.CMD) throw refuse.unsupportedDescriptor();
  if (first.header.byteLength === 0) throw refuse.badRequest("the first message of an upload holds no schema");
  const command = parts.codec.decodePutCommand(first.descriptor.cmd);
  await validateCommand("DoPut", command);
  await parts.uploads.ended(findTopic(parts, command.locator).id);
  const topic = findUploadable(parts, command);
  await parts.uploads.run(topic, first.header, signal, async (upload) => {
    for (let message = await messages.take(); message !== undefined; message = await messages.take()) {
      const room = append(upload, message);
      if (room !== undefined) await room;
    }
  });
}

function append(upload: Upload, message: FlightData): Promise<void> | undefined {
  const { header, body } = message;
  if (header.byteLength === 0) throw refuse.unsupportedMessage();
  try {
    return upload.append(header, body, () => message.release());
  } catch (error) {
    throw isSchema(header) ? refuse.unsupportedMessage() : error;
  }
}

function isSchema(header: Uint8Array): boolean {
  try {
    const schema: Schema = decodeSchema(header);
    return schema.fields.length >= 0;
  } catch {
    return false;
  }
}

function findUploadable(parts: ServiceParts, { locator, topicUuid }: PutCommand): TopicRecord {
  const topic = findTopic(parts, locator);
  if (!isUuid(topicUuid)) throw refuse.badUuid(topicUuid);
  if (topic.uuid !== topicUuid.toLowerCase()) throw refuse.notFound(topicUuid);
  if (topic.upload === "complete") throw refuse.uploaded(locator);
  if (parts.uploads.has(topic.id)) throw refuse.uploading(locator);
  return topic;
}
