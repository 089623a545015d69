/**
 * Writers: sequences, sessions, topics.
 *
 * @module
 */
export type { ImageEncoding } from "./jpeg_topic.ts";
export { SequenceUpdater, SequenceWriter } from "./sequence_writer.ts";
export {
  type BatchingOptions,
  type ImageTopicCreateOptions,
  type SessionErrorPolicy,
  type SessionStatus,
  SessionWriter,
  type TopicCreateOptions,
  type WritingParts,
} from "./session_writer.ts";
export { TopicWriter } from "./topic_writer.ts";
export type { ParticularRows, TopicErrorPolicy, TopicWriterParts, TopicWriterStatus, WaitOptions } from "./types.ts";
