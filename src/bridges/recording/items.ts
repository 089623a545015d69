/**
 * What recordings hold, whatever their format.
 *
 * @module
 */

/** Definition of a message type. */
export interface RecordedSchema {
  /** Number in the file. */
  readonly id: number;
  /** Name of the type. */
  readonly name: string;
  /** Language of the definition, as MCAP names it. */
  readonly encoding: string;
  /** The definition. */
  readonly data: Uint8Array;
}

/** A stream of messages. */
export interface RecordedChannel {
  /** Number in the file. */
  readonly id: number;
  /** Its schema; 0 for none. */
  readonly schemaId: number;
  /** Name. */
  readonly topic: string;
  /** Encoding of the messages, as MCAP names it. */
  readonly messageEncoding: string;
}

/** A message. */
export interface RecordedMessage {
  /** Its channel. */
  readonly channelId: number;
  /** Record time, nanoseconds since 1970. */
  readonly logTime: bigint;
  /** Payload. */
  readonly data: Uint8Array;
}

/** Something wrong with the file. */
export interface Damage {
  /** Tells it from the records. */
  readonly type: "Damage";
  /** Byte of the file where the damaged record begins. */
  readonly offset: number;
  /** What is wrong. */
  readonly reason: string;
}

/** What a reader gives: messages, what describes them ahead of them, and damage. */
export type RecordingItem =
  | ({ readonly type: "Schema" } & RecordedSchema)
  | ({ readonly type: "Channel" } & RecordedChannel)
  | ({ readonly type: "Message" } & RecordedMessage)
  | Damage;

/** What a reader knows at the end of a file. */
export interface RecordingSummary {
  /** Whether the file was whole. */
  readonly complete: boolean;
  /** Messages in the file by its own account, where it has one. */
  readonly declaredMessages: bigint | undefined;
  /** Attachments seen, and passed over. */
  readonly attachments: number;
  /** Metadata records seen, and passed over. */
  readonly metadataRecords: number;
}

/** Push/pull reader of one format. */
export interface RecordingReader extends RecordingSummary {
  /** The next bytes of the file, *taken*. */
  push(bytes: Uint8Array): void;
  /** What the bytes so far hold beyond what was read before. @throws {MosaicoError} when the file is of another format */
  read(): Iterable<RecordingItem>;
  /** What the end of the file has to say. @throws {MosaicoError} when the file is of another format */
  end(): Iterable<RecordingItem>;
}
