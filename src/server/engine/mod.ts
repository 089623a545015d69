/**
 * Answers about what topics hold.
 *
 * @module
 */
export { aggregate } from "./aggregates.ts";
export { ContentEngine, type EngineOptions } from "./content_engine.ts";
export { type AnswerOptions, questionOf, type TopicQuestion } from "./question.ts";
export { Statistics } from "./statistics.ts";
export type { TimeSpan } from "./types.ts";
