/**
 * Answers about what topics hold.
 *
 * @module
 */
export { aggregate } from "./aggregates.ts";
export {
  type AnswerOptions,
  ContentEngine,
  type EngineOptions,
  questionOf,
  type TopicQuestion,
} from "./content_engine.ts";
export { Statistics } from "./statistics.ts";
export type { TimeSpan } from "./types.ts";
