/**
 * What is asked of a topic's records.
 *
 * @module
 */
import { decodeSchema, type Schema } from "../../columnar/mod.ts";
import { compileRecordPredicate, type RecordCondition, type RecordPredicate } from "../../query/mod.ts";
import type { TimeWindow, TopicRecord } from "../catalogue/mod.ts";
import type { Statistics } from "./statistics.ts";

/** What is asked of one topic. */
export interface TopicQuestion {
  /** The topic. */
  readonly topic: TopicRecord;
  /** Its schema. */
  readonly schema: Schema;
  /** Conditions on its records. */
  readonly conditions: readonly RecordCondition[];
  /** The same, compiled for its schema. */
  readonly predicate: RecordPredicate;
  /** Times of the records that count. */
  readonly window: TimeWindow;
}

/** How a question is to be answered. */
export interface AnswerOptions {
  /** Nobody waits any more, once it is aborted. */
  readonly signal: AbortSignal;
  /** Counts what is done. */
  readonly statistics: Statistics;
}

/** Puts conditions to a topic. @throws {QueryError} as `compileRecordPredicate` */
export function questionOf(
  topic: TopicRecord,
  conditions: readonly RecordCondition[],
  window: TimeWindow = {},
): TopicQuestion {
  const schema: Schema = topic.schemaHeader === undefined ? { fields: [] } : decodeSchema(topic.schemaHeader);
  return { topic, schema, conditions, predicate: compileRecordPredicate(conditions, schema), window };
}
