/**
 * Recordings into a sequence, whatever their format.
 *
 * @module
 */
import type { RosAdapter } from "../ros/mod.ts";
import type { RowSink } from "../types.ts";
import { ChannelTopic } from "./channel_topic.ts";
import type { RecordedChannel, RecordedSchema, RecordingItem, RecordingReader, RecordingSummary } from "./items.ts";
import type { DamageReport, ImportReport, TopicReport } from "./report.ts";
import { TopicNames } from "./topic_names.ts";

/** How far an import is. */
export interface ImportProgress {
  /** Bytes of the file read. */
  readonly bytesRead: number;
  /** Messages read. */
  readonly messagesRead: number;
}

/** Options of an import. */
export interface RecordingImportOptions {
  /** Name of the file; each topic remembers it. */
  readonly sourceFile?: string;
  /** Adapters that are asked before those of the package. @default [] */
  readonly adapters?: readonly RosAdapter[];
  /** Longest record that is read, and most bytes a chunk may unpack to. @default 256 MiB */
  readonly maxRecordBytes?: number;
  /** Called after each piece of the file. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops the import when aborted. */
  readonly signal?: AbortSignal;
}

/** See {@linkcode RecordingImportOptions.maxRecordBytes}. */
export const MAX_RECORD_BYTES: number = 256 << 20;

const MAX_LISTED_DAMAGE = 100;

/**
 * Imports what `reader` makes of `source`, read once from begin to end. The order of the file is kept. What cannot be read
 * is counted in the report, and the rest goes on. The caller keeps `sink`, and finishes it.
 *
 * @throws what `reader`, `sink` or `source` throws, and the reason of an aborted signal
 */
export async function importRecording(
  reader: RecordingReader,
  source: AsyncIterable<Uint8Array>,
  sink: RowSink,
  options: RecordingImportOptions,
): Promise<ImportReport> {
  const job = new RecordingImport(sink, options);
  for await (const bytes of source) {
    options.signal?.throwIfAborted();
    reader.push(bytes);
    job.bytesRead += bytes.length;
    for (const item of reader.read()) await job.take(item);
    options.onProgress?.({ bytesRead: job.bytesRead, messagesRead: job.messagesRead });
  }
  for (const item of reader.end()) await job.take(item);
  return await job.finish(reader);
}

/** What an import knows while it runs. */
export class RecordingImport {
  bytesRead = 0;
  messagesRead = 0;
  readonly #sink: RowSink;
  readonly #options: RecordingImportOptions;
  readonly #schemas = new Map<number, RecordedSchema>();
  readonly #channels = new Map<number, RecordedChannel>();
  readonly #topics = new Map<number, ChannelTopic>();
  /** Channels of one name and type share a topic. */
  readonly #topicsByName = new Map<string, ChannelTopic>();
  readonly #names = new TopicNames();
  readonly #damage: DamageReport[] = [];
  #damageCount = 0;

  constructor(sink: RowSink, options: RecordingImportOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  async take(item: RecordingItem): Promise<void> {
    switch (item.type) {
      case "Schema":
        this.#schemas.set(item.id, item);
        break;
      case "Channel":
        if (!this.#channels.has(item.id)) this.#channels.set(item.id, item);
        break;
      case "Message":
        this.messagesRead++;
        await this.#topicOf(item.channelId).write(item);
        break;
      case "Damage":
        if (this.#damageCount++ < MAX_LISTED_DAMAGE) this.#damage.push({ offset: item.offset, reason: item.reason });
        break;
    }
  }

  async finish(reader: RecordingSummary): Promise<ImportReport> {
    for (const id of this.#channels.keys()) this.#topicOf(id);
    const topics: TopicReport[] = [];
    for (const topic of new Set(this.#topics.values())) topics.push(await topic.finish());
    const messagesPushed = topics.reduce((total, topic) => total + topic.messagesPushed, 0);
    const declared = reader.declaredMessages;
    return {
      sourceFile: this.#options.sourceFile,
      bytesRead: this.bytesRead,
      messagesRead: this.messagesRead,
      messagesPushed,
      messagesDeclared: declared === undefined ? undefined : Number(declared),
      complete: reader.complete && this.#damageCount === 0 && messagesPushed === this.messagesRead,
      topics,
      damage: this.#damage,
      damageCount: this.#damageCount,
      attachments: reader.attachments,
      metadataRecords: reader.metadataRecords,
    };
  }

  /** The topic of a declared channel. */
  #topicOf(channelId: number): ChannelTopic {
    const known = this.#topics.get(channelId);
    if (known !== undefined) return known;
    const channel = this.#channels.get(channelId)!;
    const key = `${channel.schemaId} ${channel.messageEncoding} ${channel.topic}`;
    const topic = this.#topicsByName.get(key) ?? new ChannelTopic({
      channel,
      schema: this.#schemas.get(channel.schemaId),
      topicName: this.#names.assign(channel.topic),
      sink: this.#sink,
      adapters: this.#options.adapters ?? [],
      sourceFile: this.#options.sourceFile,
    });
    this.#topicsByName.set(key, topic);
    this.#topics.set(channelId, topic);
    return topic;
  }
}
