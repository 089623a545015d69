/**
 * What the imports of all recording formats share.
 *
 * @module
 */
export { ByteQueue } from "./byte_queue.ts";
export {
  type ImportProgress,
  importRecording,
  MAX_RECORD_BYTES,
  RecordingImport,
  type RecordingImportOptions,
} from "./import_recording.ts";
export type { Damage, RecordingItem, RecordingReader, RecordingSummary } from "./items.ts";
export type { DamageReport, ImportReport, SkipReason, TopicReport } from "./report.ts";
