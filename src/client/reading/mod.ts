/**
 * Readers: one topic, or many merged in time.
 *
 * @module
 */
export {
  type SequenceDownload,
  SequenceStreamer,
  type SequenceStreamInfo,
  type TimeSlice,
  type TopicMessage,
  type TopicSlice,
} from "./sequence_streamer.ts";
export { tableOf } from "./table.ts";
export { streamClosed, TopicStreamer, type TopicStreamInfo } from "./topic_streamer.ts";
