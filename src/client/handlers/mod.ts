/**
 * Handles to what is on the server.
 *
 * @module
 */
export { extension } from "./extension.ts";
export { Handlers } from "./handlers.ts";
export type { HandlerOptions, HandlerParts, StreamWindow } from "./parts.ts";
export { queryCalls } from "./query_calls.ts";
export { SequenceHandler, type SequenceStreamOptions } from "./sequence_handler.ts";
export { type AggregateOptions, TopicHandler } from "./topic_handler.ts";
