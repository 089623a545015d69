/**
 * MCAP files into a sequence.
 *
 * @module
 */
import { importRecording, type ImportReport, MAX_RECORD_BYTES, type RecordingImportOptions } from "../recording/mod.ts";
import type { RowSink } from "../types.ts";
import { McapRecordReader } from "./record_reader.ts";

/**
 * Imports the ROS topics of an MCAP file: those of ROS 2 in CDR, and of ROS 1. Reads `source` once, from begin to end; the
 * order of the file is kept, and the record time of a message is its log time. What cannot be read is counted in the report,
 * and the rest goes on: a damaged file gives everything outside its damage.
 *
 * The caller keeps `sink`, and finishes it. The pieces of `source` are *taken*.
 *
 * @throws {MosaicoError} `codec.mcap_magic` when the source is no MCAP file
 * @throws what `sink` or `source` throws, and the reason of an aborted signal
 *
 * @example
 * ```ts ignore
 * await using drive = await client.sequenceCreate("drive-042");
 * const report = await importMcap(createReadStream("drive.mcap"), drive, { sourceFile: "drive.mcap" });
 * await drive.finalize();
 * ```
 */
export async function importMcap(
  source: AsyncIterable<Uint8Array>,
  sink: RowSink,
  options: RecordingImportOptions = {},
): Promise<ImportReport> {
  const reader = new McapRecordReader({ maxRecordBytes: options.maxRecordBytes ?? MAX_RECORD_BYTES });
  return await importRecording(reader, source, sink, options);
}
