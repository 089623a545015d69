/**
 * The data and processing layers: lanes, their pool, the credit that bounds what is in flight.
 *
 * @module
 */
export { type DataConnection, InlineLane } from "./inline_lane.ts";
export { LanePool, type LanePoolOptions } from "./lane_pool.ts";
export type { Compression, Lane, LaneDownload, LaneUpload, UploadStart } from "./types.ts";
