/**
 * The data and processing layers: lanes, their pool, the credit that bounds what is in flight.
 *
 * @module
 */
export { jpegModuleFor } from "./jpeg_upload.ts";
export { LaneOpener, type LaneOpenerOptions } from "./lane_opener.ts";
export { LanePool, type LanePoolOptions, type LaneStats } from "./lane_pool.ts";
export { ownsBuffers } from "./packed_batch.ts";
export { checkRawImage, type RawImage } from "./raw_images.ts";
export type { Compression, JpegEncoding, Lane, LaneDownload, LaneUpload, UploadStart } from "./types.ts";
export { WorkerLane } from "./worker_lane.ts";
