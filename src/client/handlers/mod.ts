/**
 * Handles to what is on the server.
 *
 * @module
 */
export { SequenceHandler, type SequenceStreamOptions } from "./sequence_handler.ts";
export { type HandlerParts, registryOf, type StreamWindow, TopicHandler } from "./topic_handler.ts";
