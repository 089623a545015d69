/**
 * Readers: one topic, or many merged in time.
 *
 * @module
 */
export { SequenceStreamer, type TopicMessage } from "./sequence_streamer.ts";
export { TopicStreamer, type TopicStreamInfo } from "./topic_streamer.ts";
