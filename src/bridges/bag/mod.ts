/**
 * Bags of ROS 1.
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
export { importBag } from "./import_bag.ts";
