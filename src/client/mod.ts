/**
 * The client.
 *
 * @module
 */
export {
  type ClientStats,
  MosaicoClient,
  type QueryOptions,
  type SequenceCreateOptions,
  type SequenceDeleteOptions,
  type SequenceUpdateOptions,
} from "./client.ts";
export type { CallLimits, Notification } from "./control/mod.ts";
export type { EnvironmentOptions } from "./environment.ts";
export {
  type AggregateOptions,
  type HandlerOptions,
  SequenceHandler,
  type SequenceStreamOptions,
  type StreamWindow,
  TopicHandler,
} from "./handlers/mod.ts";
export type { Compression, LaneStats } from "./lanes/mod.ts";
export type { ConnectOptions, TlsOptions } from "./options.ts";
export {
  SequenceStreamer,
  type SequenceStreamInfo,
  type TimeSlice,
  type TopicMessage,
  type TopicSlice,
  TopicStreamer,
  type TopicStreamInfo,
} from "./reading/mod.ts";
export type { SystemInfo } from "./system_info.ts";
export {
  type BatchingOptions,
  type ImageEncoding,
  type ImageTopicCreateOptions,
  SequenceUpdater,
  SequenceWriter,
  type SessionErrorPolicy,
  type SessionStatus,
  SessionWriter,
  type TopicCreateOptions,
  type TopicErrorPolicy,
  TopicWriter,
  type TopicWriterStatus,
  type WaitOptions,
} from "./writing/mod.ts";
