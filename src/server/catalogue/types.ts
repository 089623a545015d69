/**
 * What the catalogue knows: sequences, their sessions and topics, the chunks of a topic's file, notifications.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import type { SerializationFormat } from "../../protocol/mod.ts";

/** A sequence. */
export interface SequenceRecord {
  /** Row of the catalogue; never leaves the server. */
  readonly id: bigint;
  /** Name, unique. */
  readonly name: string;
  /** The user's own. */
  readonly userMetadata: JsonObject;
  /** Creation, UTC nanoseconds. */
  readonly createdAtNs: bigint;
}

/** An upload session of a sequence. */
export interface SessionRecord {
  /** Row of the catalogue. */
  readonly id: bigint;
  /** Sequence it belongs to. */
  readonly sequenceId: bigint;
  /** Name of that sequence. */
  readonly sequenceName: string;
  /** Name in requests. */
  readonly uuid: string;
  /** `sequence:ULID`. */
  readonly locator: string;
  /** Creation, UTC nanoseconds. */
  readonly createdAtNs: bigint;
  /** Finalize, UTC nanoseconds; `undefined` while open. */
  readonly completedAtNs: bigint | undefined;
}

/**
 * How far the upload of a topic has come: `none` before its first put, `running`, `broken` when a put ended before its
 * end (its rows so far can be read), `complete` = locked.
 */
export type UploadState = "none" | "running" | "broken" | "complete";

/** Sums over the chunks of a topic. */
export interface TopicTotals {
  /** Rows. */
  readonly rowCount: bigint;
  /** Bytes of the messages in the file. */
  readonly byteCount: bigint;
  /** Chunks. */
  readonly chunkCount: bigint;
  /** First and last record time, both inclusive; `undefined` without rows. */
  readonly interval: { readonly startNs: bigint; readonly endNs: bigint } | undefined;
}

/** A topic. */
export interface TopicRecord {
  /** Row of the catalogue. */
  readonly id: bigint;
  /** Name in requests. */
  readonly uuid: string;
  /** Session it belongs to. */
  readonly sessionId: bigint;
  /** Locator of that session. */
  readonly sessionLocator: string;
  /** Sequence it belongs to. */
  readonly sequenceId: bigint;
  /** Name of that sequence. */
  readonly sequenceName: string;
  /** Path inside the sequence, without leading slash. */
  readonly path: string;
  /** Type. */
  readonly ontologyTag: string;
  /** Storage hint. */
  readonly serializationFormat: SerializationFormat;
  /** The user's own. */
  readonly userMetadata: JsonObject;
  /** Creation, UTC nanoseconds. */
  readonly createdAtNs: bigint;
  /** End of its upload, UTC nanoseconds; `undefined` before. */
  readonly completedAtNs: bigint | undefined;
  /** How far its upload has come. */
  readonly upload: UploadState;
  /** Schema flatbuffer as it was sent; `undefined` before the first put. */
  readonly schemaHeader: Uint8Array | undefined;
  /** Name of its data file, an id; `undefined` before the first put. */
  readonly file: string | undefined;
  /** Whether the rows of the file are in the order of time. Once an upload has ended they are. */
  readonly inOrder: boolean;
  /** Sums over its chunks. */
  readonly totals: TopicTotals;
}

/** One record batch of a topic's file. */
export interface Chunk {
  /** Where its encapsulated message begins in the file. */
  readonly offset: number;
  /** Bytes of the flatbuffer header, as it was sent. */
  readonly headerLength: number;
  /** Bytes of the body. */
  readonly bodyLength: number;
  /** Rows, at least one. */
  readonly rowCount: number;
  /** Smallest record time. */
  readonly startNs: bigint;
  /** Largest record time. */
  readonly endNs: bigint;
}

/** What the index knows of one column in a run of chunks. */
export interface IndexBlock {
  /** Number of the column. */
  readonly leaf: number;
  /** Number of the run: which chunks these are, says the index. */
  readonly block: number;
  /** At most the least value of all; of text its first bytes. `undefined` without values. */
  readonly least: number | Uint8Array | undefined;
  /** At least the largest value of all. */
  readonly most: number | Uint8Array | undefined;
  /** Bounds chunk by chunk, packed. */
  readonly entries: Uint8Array;
}

/** How far the index of a topic has come. */
export interface IndexProgress {
  /** Form of the index. */
  readonly version: number;
  /** Chunks it covers, from the first on. */
  readonly chunkCount: number;
  /** Blocks that are new, or longer than they were. */
  readonly blocks: readonly IndexBlock[];
}

/** What an upload has stored, to be noted in the catalogue. */
export interface UploadProgress {
  /** How far it has come. */
  readonly state: Exclude<UploadState, "none">;
  /** End of the upload, UTC nanoseconds; only with `complete`. */
  readonly completedAtNs?: bigint;
  /** The data file. */
  readonly file: string;
  /** Chunks not noted yet. */
  readonly chunks: readonly Chunk[];
  /** Number of the first of `chunks` in its topic; 0 forgets all that was noted before. */
  readonly firstOrdinal: number;
  /** Whether the rows are in the order of time. */
  readonly inOrder: boolean;
  /** What the index learned of `chunks`; without, it is built when it is first needed. */
  readonly index?: IndexProgress | undefined;
}

/** A span of record time: start inclusive, end exclusive; absent = unbounded. */
export interface TimeWindow {
  /** First nanosecond. */
  readonly startNs?: bigint;
  /** First nanosecond after. */
  readonly endNs?: bigint;
}

/** What a notification is about. */
export type NotificationSubject = { readonly sequenceId: bigint } | { readonly topicId: bigint };

/** A note about a sequence or a topic. */
export interface NotificationRecord {
  /** Kind; the protocol knows `error`. */
  readonly type: string;
  /** Text. */
  readonly message: string;
  /** Creation, UTC nanoseconds. */
  readonly createdAtNs: bigint;
}
