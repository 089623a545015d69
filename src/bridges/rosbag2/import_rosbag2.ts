/**
 * SQLite files of rosbag2 into a sequence.
 *
 * @module
 */
import { statSync } from "node:fs";
import { type ImportReport, MAX_RECORD_BYTES, RecordingImport, type RecordingImportOptions } from "../recording/mod.ts";
import type { RowSink } from "../types.ts";
import { SqliteBag } from "./sqlite_bag.ts";

/** Messages between two notes of progress. */
const PROGRESS_MESSAGES = 256;

/**
 * Imports a `.db3` file of rosbag2, of any version. Definitions of message types are the file's own; for files before ROS 2
 * Iron, which have none, those of the common packages of ROS 2 are taken. The order of the file is kept, and the record
 * time of a message is its timestamp. What cannot be read is counted in the report, and the rest goes on.
 *
 * The caller keeps `sink`, and finishes it. The file is opened for reading alone.
 *
 * @throws {MosaicoError} `codec.rosbag2` when the file is no such bag
 * @throws what `sink` throws, and the reason of an aborted signal
 *
 * @example
 * ```ts ignore
 * await using drive = await client.sequenceCreate("drive-042");
 * const report = await importRosbag2("drive_0.db3", drive, { sourceFile: "drive_0.db3" });
 * await drive.finalize();
 * ```
 */
export async function importRosbag2(
  path: string,
  sink: RowSink,
  options: RecordingImportOptions = {},
): Promise<ImportReport> {
  using bag = new SqliteBag(path, options.maxRecordBytes ?? MAX_RECORD_BYTES);
  const job = new RecordingImport(sink, options);
  const { size } = statSync(path);
  const messages = bag.messageCount;
  for await (const item of bag.items()) {
    options.signal?.throwIfAborted();
    await job.take(item);
    if (item.type !== "Message" || job.messagesRead % PROGRESS_MESSAGES !== 0) continue;
    job.bytesRead = Math.floor(size * Math.min(1, job.messagesRead / messages));
    options.onProgress?.({ bytesRead: job.bytesRead, messagesRead: job.messagesRead });
  }
  job.bytesRead = size;
  options.onProgress?.({ bytesRead: size, messagesRead: job.messagesRead });
  return await job.finish(bag);
}
