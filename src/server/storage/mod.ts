/**
 * The data of an embedded server: one Arrow IPC file a topic, written as it comes and read as it was written.
 *
 * @module
 */
export { blockingSource, type ByteSource, pooledSource } from "./byte_source.ts";
export { readChunks, type StoredMessage } from "./chunk_reader.ts";
export { ColumnReader } from "./column_reader.ts";
export { type DirectoryOptions, ServerDirectory } from "./directory.ts";
export { recoverUploads } from "./recovery.ts";
export { countBefore, timesOf, timestampColumn } from "./times.ts";
export type { Upload } from "./upload.ts";
export { Uploads } from "./uploads.ts";
