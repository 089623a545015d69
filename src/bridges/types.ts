/**
 * What the bridges ask of their surroundings: where rows go, and where bytes come from.
 *
 * @module
 */
import type { JsonObject } from "../base/mod.ts";
import type { OntologyType } from "../ontology/mod.ts";

/** Where a bridge writes: a `SequenceWriter` or `SequenceUpdater` of the client fits, and so does an array in a test. */
export interface RowSink {
  /** Creates a topic. */
  topicCreate<T>(
    name: string,
    type: OntologyType<T>,
    options?: { readonly metadata?: JsonObject },
  ): Promise<TopicSink<T>>;
}

/** Where a bridge writes the rows of one topic. */
export interface TopicSink<T> {
  /** Takes one row. Returns a promise when the caller should wait before the next one. */
  push(timestampNs: bigint, data: T): Promise<void> | undefined;
  /** Sends what is buffered, so that {@linkcode TopicSink.droppedRecordCount} is final. */
  flush?(): Promise<void>;
  /** Rows that were taken, and then dropped because each alone was too large to send. */
  readonly droppedRecordCount?: number;
  /** Why the last of them was dropped. */
  readonly lastError?: unknown;
}
