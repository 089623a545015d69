/**
 * MCAP files.
 *
 * @module
 */
export type { RowSink, TopicSink } from "../types.ts";
export { importMcap, type ImportProgress, type McapImportOptions } from "./import_mcap.ts";
export type { DamageReport, ImportReport, SkipReason, TopicReport } from "./report.ts";
