/**
 * Bags of ROS 1 into a sequence.
 *
 * @module
 */
import { importRecording, type ImportReport, MAX_RECORD_BYTES, type RecordingImportOptions } from "../recording/mod.ts";
import type { RowSink } from "../types.ts";
import { BagReader } from "./bag_reader.ts";

/**
 * Imports a bag of ROS 1 (version 2.0), whatever its compression. Reads `source` once, from begin to end, with or without an
 * index; the order of the file is kept, and the record time of a message is when it was received. What cannot be read is
 * counted in the report, and the rest goes on: a damaged file gives everything outside its damage.
 *
 * The caller keeps `sink`, and finishes it. The pieces of `source` are *taken*.
 *
 * @throws {MosaicoError} `codec.bag_magic` when the source is no such bag
 * @throws what `sink` or `source` throws, and the reason of an aborted signal
 *
 * @example
 * ```ts ignore
 * await using drive = await client.sequenceCreate("drive-042");
 * const report = await importBag(createReadStream("drive.bag"), drive, { sourceFile: "drive.bag" });
 * await drive.finalize();
 * ```
 */
export async function importBag(
  source: AsyncIterable<Uint8Array>,
  sink: RowSink,
  options: RecordingImportOptions = {},
): Promise<ImportReport> {
  const reader = new BagReader({ maxRecordBytes: options.maxRecordBytes ?? MAX_RECORD_BYTES });
  return await importRecording(reader, source, sink, options);
}
