/**
 * Bags of ROS 2 in SQLite (`.db3`).
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
export { importRosbag2 } from "./import_rosbag2.ts";
