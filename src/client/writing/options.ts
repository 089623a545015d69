/**
 * What callers may say of sessions and topics.
 *
 * @module
 */
import type { JsonObject } from "../../base/mod.ts";
import type { Compression } from "../lanes/mod.ts";
import type { ImageEncoding } from "./jpeg_topic.ts";
import type { TopicErrorPolicy } from "./types.ts";

/** What happens to the data of a session that fails, or is left without `finalize()`. */
export type SessionErrorPolicy = "report" | "delete";

/** How batches are made; given to the client as defaults, and to a topic as exceptions. */
export interface BatchingOptions {
  /** Compression of the batches. @default "sparse" */
  readonly compression?: Compression;
  /** Bytes of columns at which a batch is sent. @default 2 MiB */
  readonly batchBytes?: number;
  /** Longest time a row waits in an unfinished batch, milliseconds. @default 1000 */
  readonly flushIntervalMs?: number;
}

/** Options of `topicCreate`. */
export interface TopicCreateOptions extends BatchingOptions {
  /** Metadata of the topic: any JSON object. @default {} */
  readonly metadata?: JsonObject;
  /** What becomes of errors in `attempt` of the topic's writer. @default "raise" */
  readonly onError?: TopicErrorPolicy;
  /** Gives up creating when aborted. */
  readonly signal?: AbortSignal;
}

/** Options of `topicCreate` for raw pictures that become JPEGs. */
export interface ImageTopicCreateOptions extends TopicCreateOptions, ImageEncoding {}
