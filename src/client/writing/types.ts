/**
 * What writers are made of, and what they say of themselves.
 *
 * @module
 */
import type { Semaphore } from "../../base/mod.ts";
import type { Batch } from "../../columnar/mod.ts";
import type { OntologyType } from "../../ontology/mod.ts";
import type { ControlConnection } from "../control/mod.ts";
import type { LanePool, LaneUpload } from "../lanes/mod.ts";
import type { BatchingOptions } from "./options.ts";

/** Where a session stands. */
export type SessionStatus = "pending" | "finalized" | "error";

/**
 * Where a topic writer stands. The next push that succeeds makes `raised_exception`, `ignored_last_error` and
 * `record_too_large` `active` again, unless the upload itself has failed.
 */
export type TopicWriterStatus =
  | "active"
  | "finalized"
  | "finalized_with_error"
  | "ignored_last_error"
  | "raised_exception"
  | "record_too_large";

/**
 * What becomes of an error in the work given to {@linkcode TopicWriter.attempt}: it is thrown on; or noted on the server, and
 * the topic goes on; or noted, and the topic ends with what was sent so far.
 */
export type TopicErrorPolicy = "raise" | "ignore" | "finalize";

/** How long to wait. */
export interface WaitOptions {
  /** Ends the waiting when aborted. */
  readonly signal?: AbortSignal;
}

/** What the client lends its writers. */
export interface WritingParts {
  /** The control connection. */
  readonly control: ControlConnection;
  /** The data connections. */
  readonly lanes: LanePool;
  /** How batches are made by default. */
  readonly batching: Required<BatchingOptions>;
  /** Bytes of one topic that may be on their way. */
  readonly topicBytesInFlight: number;
}

/** Rows that are more than columns to be sent. */
export interface ParticularRows {
  /** Refuses a row that its type accepts. @throws {SchemaError} */
  check(data: unknown): void;
  /** As `check`, for rows that come as a batch. */
  checkBatch(batch: Batch): void;
  /** Makes a batch of a row that is worth one; answers `undefined` for others. */
  take(timestampNs: bigint, data: unknown): Batch | undefined;
}

/** What a topic writer is made of. */
export interface TopicWriterParts<T> {
  /** Name as given to `topicCreate`. */
  readonly name: string;
  /** `sequence/topic/path`. */
  readonly locator: string;
  /** Type of the rows. */
  readonly type: OntologyType<T>;
  /** What becomes of errors in `attempt`. */
  readonly onError: TopicErrorPolicy;
  /** What is particular about its rows. */
  readonly rows?: ParticularRows;
  /** The topic's upload, *taken*. */
  readonly upload: LaneUpload;
  /** Credit of the whole client. */
  readonly clientCredit: Semaphore;
  /** Bytes of this topic that may be on their way. */
  readonly topicBytesInFlight: number;
  /** Bytes of columns at which a batch is sent. */
  readonly batchBytes: number;
  /** Rows at which a batch is sent, for servers that bound them. */
  readonly batchRows: number;
  /** Bytes of a batch above which the server would refuse it. */
  readonly maxBatchBytes: number;
  /** Longest time a row waits in an unfinished batch. */
  readonly flushIntervalMs: number;
  /** Time without progress after which an upload that was given up is no longer waited for. */
  readonly timeoutMs: number;
  /** Leaves a note about the topic on the server; failures are the callee's. */
  readonly notify: (message: string) => Promise<void>;
}
