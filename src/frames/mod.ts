/**
 * Recordings as wide tables, for analysis and learning: message by message, or all topics on one clock.
 *
 * @module
 */
export { type FrameOptions, frames } from "./frames.ts";
export { asOf, drop, hold, nearest, type SyncPolicy } from "./policies.ts";
export { resample, type ResampleOptions } from "./resample.ts";
