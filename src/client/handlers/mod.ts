/**
 * Handles to what is on the server.
 *
 * @module
 */
export { Handlers } from "./handlers.ts";
export type { HandlerOptions, HandlerParts, StreamWindow } from "./parts.ts";
export { SequenceHandler, type SequenceStreamOptions } from "./sequence_handler.ts";
export { TopicHandler } from "./topic_handler.ts";
