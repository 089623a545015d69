/**
 * Readers: one topic, or many merged in time.
 *
 * @module
 */
export { RowReaders } from "./row_readers.ts";
export {
  type SequenceDownload,
  SequenceStreamer,
  type SequenceStreamInfo,
  type TimeSlice,
  type TopicMessage,
  type TopicSlice,
} from "./sequence_streamer.ts";
export { tableOf } from "./table.ts";
export { streamClosed, TopicStreamer, type TopicStreamerParts, type TopicStreamInfo } from "./topic_streamer.ts";
