/**
 * One channel of a file on its way into a topic: creates the topic when there is something to write, and keeps account.
 *
 * @module
 */
import { isMosaicoError, type JsonObject, messageOf, MosaicoError } from "../../base/mod.ts";
import { type RosAdapter, type RosTopic, rosTopic, type RosVersion } from "../ros/mod.ts";
import type { RowSink, TopicSink } from "../types.ts";
import type { RecordedChannel, RecordedMessage, RecordedSchema } from "./items.ts";
import type { TopicReport } from "./report.ts";

/** What a channel needs to become a topic. */
export interface ChannelTopicParts {
  /** The channel. */
  readonly channel: RecordedChannel;
  /** Its schema, where the file has it. */
  readonly schema: RecordedSchema | undefined;
  /** Name of the topic to be. */
  readonly topicName: string;
  /** Where it is written. */
  readonly sink: RowSink;
  /** Adapters that go before those of the package. */
  readonly adapters: readonly RosAdapter[];
  /** Name of the file, for the topic's metadata. */
  readonly sourceFile: string | undefined;
}

const MAX_TIME = (1n << 63n) - 1n;

/** A channel, or several of one name and type. */
export class ChannelTopic {
  readonly #parts: ChannelTopicParts;
  readonly #ros: RosTopic | undefined;
  /** Set when no message of the topic can be written. */
  #refusal: unknown;
  #topic: TopicSink<unknown> | undefined;
  #read = 0;
  #pushed = 0;
  #outOfOrder = 0;
  #lastTime = 0n;
  readonly #skipped = new Map<string, { count: number; first: string }>();

  /** Finds out how the channel is to be read. A channel that cannot be read is kept, to count its messages. */
  constructor(parts: ChannelTopicParts) {
    this.#parts = parts;
    try {
      this.#ros = readable(parts);
    } catch (error) {
      this.#refusal = error;
    }
  }

  /**
   * Writes one message, or counts why not.
   *
   * @throws whatever the sink threw that is not about this message or topic
   */
  async write(message: RecordedMessage): Promise<void> {
    this.#read++;
    try {
      if (this.#refusal !== undefined) throw this.#refusal;
      if (message.logTime > MAX_TIME) throw outOfRange(message.logTime);
      const value = this.#ros!.decode(message.data);
      this.#topic ??= await this.#create();
      const room = this.#topic.push(message.logTime, value);
      if (room !== undefined) await room;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      this.#skip(error.code, error.message, 1);
      return;
    }
    if (this.#pushed > 0 && message.logTime < this.#lastTime) this.#outOfOrder++;
    this.#lastTime = message.logTime;
    this.#pushed++;
  }

  /** Sees to it that every row is on its way, and tells what became of the messages. @throws what the sink threw */
  async finish(): Promise<TopicReport> {
    await this.#topic?.flush?.();
    const dropped = this.#topic?.droppedRecordCount ?? 0;
    if (dropped > 0) {
      this.#pushed -= dropped;
      this.#skip("message.too_large", messageOf(this.#topic?.lastError), dropped);
    }
    const { channel, schema, topicName } = this.#parts;
    return {
      channel: channel.topic,
      topic: this.#topic && topicName,
      schema: schema?.name ?? "",
      encoding: channel.messageEncoding,
      ontologyTag: this.#ros?.type.tag,
      modeled: this.#ros?.adapted ?? false,
      messagesRead: this.#read,
      messagesPushed: this.#pushed,
      skipped: Array.from(this.#skipped, ([code, reason]) => ({ code, ...reason })),
      outOfOrder: this.#outOfOrder,
    };
  }

  async #create(): Promise<TopicSink<unknown>> {
    const { channel, topicName, sink, sourceFile } = this.#parts;
    const origin: JsonObject = {
      ...this.#ros!.metadata,
      ...(sourceFile === undefined ? {} : { source_file: sourceFile }),
    };
    const metadata: JsonObject = { _ros_: origin };
    if (channel.topic !== topicName) metadata.channel_name = channel.topic;
    try {
      return await sink.topicCreate(topicName, this.#ros!.type, { metadata });
    } catch (error) {
      if (isOwnFault(error)) this.#refusal = error;
      throw error;
    }
  }

  #skip(code: string, text: string, count: number): void {
    const reason = this.#skipped.get(code);
    if (reason === undefined) this.#skipped.set(code, { count, first: text });
    else reason.count += count;
  }
}

/** Encodings of messages and their schemas, as MCAP names them, that are read. */
const ROS_ENCODINGS: Readonly<Record<string, RosVersion>> = { "cdr ros2msg": 2, "ros1 ros1msg": 1 };

function readable({ channel, schema, adapters }: ChannelTopicParts): RosTopic {
  if (channel.schemaId !== 0 && schema === undefined) {
    throw new MosaicoError(
      "schema.missing",
      `Cannot read ${channel.topic}: its schema ${channel.schemaId} is not in the file`,
    );
  }
  const schemaEncoding = schema?.encoding ?? "none";
  const version = ROS_ENCODINGS[`${channel.messageEncoding} ${schemaEncoding}`];
  if (version === undefined) {
    throw new MosaicoError(
      "schema.unsupported_encoding",
      `Cannot read ${channel.topic}: its messages are "${channel.messageEncoding}" with a schema of "${schemaEncoding}", ` +
        `expected "cdr" with "ros2msg" or "ros1" with "ros1msg"`,
      { messageEncoding: channel.messageEncoding, schemaEncoding },
    );
  }
  return rosTopic(schema!.name, new TextDecoder().decode(schema!.data), adapters, version);
}

function outOfRange(logTime: bigint): MosaicoError {
  return new MosaicoError(
    "message.time_range",
    `Cannot write a message: its log time ${logTime} exceeds 64 bits with sign`,
    {
      logTime,
    },
  );
}

/** What the sink may say against one topic. */
const TOPIC_FAULTS = ["rpc.invalid_argument", "rpc.already_exists", "session.topic_exists"];

/** Whether an error is about a single message or topic, so that the others may go on. */
function isOwnFault(error: unknown): error is MosaicoError {
  return isMosaicoError(error, "schema.", "codec.", "message.", ...TOPIC_FAULTS);
}
