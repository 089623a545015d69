/**
 * Writers: sequences, sessions, topics.
 *
 * @module
 */
export type { ImageEncoding } from "./jpeg_topic.ts";
export type { BatchingOptions, ImageTopicCreateOptions, SessionErrorPolicy, TopicCreateOptions } from "./options.ts";
export { SequenceUpdater, SequenceWriter } from "./sequence_writer.ts";
export { SessionWriter } from "./session_writer.ts";
export { TopicWriter } from "./topic_writer.ts";
export type {
  SessionStatus,
  TopicErrorPolicy,
  TopicWriterParts,
  TopicWriterStatus,
  WaitOptions,
  WritingParts,
} from "./types.ts";
