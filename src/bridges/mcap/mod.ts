/**
 * MCAP files.
 *
 * @module
 */
export type {
  DamageReport,
  ImportProgress,
  ImportReport,
  RecordingImportOptions,
  SkipReason,
  TopicReport,
} from "../recording/mod.ts";
export type { RowSink, TopicSink } from "../types.ts";
export { importMcap } from "./import_mcap.ts";
