/**
 * A recording on disk, written into a sequence: what `import` and `demo` share.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { importBag } from "../bridges/bag/mod.ts";
import { importMcap, type ImportReport, type RecordingImportOptions, type RowSink } from "../bridges/mcap/mod.ts";
import { importRosbag2 } from "../bridges/rosbag2/mod.ts";
import type { MosaicoClient } from "../client/mod.ts";
import { UsageError } from "./arguments.ts";
import { formatCount, formatCounted, print, ProgressLine, table } from "./output.ts";

/** What is said of a file without a message that can be written. */
const NOTHING_WRITTEN = "nothing of the file could be written, so there is no sequence of it";

/** Bytes read from disk at a time. */
const READ_BYTES = 1 << 20;

type Importer = (path: string, sink: RowSink, options: RecordingImportOptions) => Promise<ImportReport>;

/** How files begin that are no MCAP files, and what imports them. */
const IMPORTERS: readonly (readonly [magic: string, importer: Importer])[] = [
  ["#ROSBAG", (path, sink, options) => importBag(bytesOf(path), sink, options)],
  ["SQLite format 3", importRosbag2],
];

/** Whatever else a file may be is for this one to say. */
const fromMcap: Importer = (path, sink, options) => importMcap(bytesOf(path), sink, options);

/** A sequence name made of a file name: its stem, with `_` for every character that names may not have. */
export function sequenceNameOf(path: string): string {
  const stem = basename(path).replace(/\.[^.]+$/, "").replace(/[^A-Za-z0-9_-]/g, "_").replace(/^[-_]+/, "");
  if (stem === "") throw new UsageError(`"${path}" gives no sequence name; choose one with --name`);
  return stem;
}

/**
 * Imports one file. What cannot be read is in the report; where nothing can, there is no sequence. When the import itself
 * fails or is interrupted, the sequence is deleted, so that a second try finds a clean table.
 */
export async function recordFile(
  client: MosaicoClient,
  path: string,
  name: string,
  signal: AbortSignal,
): Promise<ImportReport> {
  const { size, importer } = await look(path);
  using progress = new ProgressLine(basename(path));
  await using sequence = await client.sequenceCreate(name, {
    metadata: { sourceFile: basename(path) },
    onError: "delete",
  });
  try {
    const report = await importer(path, sequence, {
      sourceFile: basename(path),
      signal,
      onProgress: ({ bytesRead, messagesRead }) => {
        progress.update(bytesRead / size, `${formatCount(messagesRead)} messages`);
      },
    });
    if (report.messagesPushed > 0) await sequence.finalize();
    else await sequence.abort(new Error(NOTHING_WRITTEN));
    return report;
  } catch (error) {
    await sequence.abort(error);
    throw signal.aborted ? signal.reason : error;
  }
}

/** Size of a file, and what imports it. */
async function look(path: string): Promise<{ readonly size: number; readonly importer: Importer }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(new Uint8Array(16), 0, 16, 0);
    const start = new TextDecoder("latin1").decode(buffer.subarray(0, bytesRead));
    return { size, importer: IMPORTERS.find(([magic]) => start.startsWith(magic))?.[1] ?? fromMcap };
  } finally {
    await file.close();
  }
}

function bytesOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: READ_BYTES });
}

/** Prints a report: each topic with its counts, and what was lost and why. */
export function printReport(report: ImportReport): void {
  const rows = report.topics.map((topic) => [
    topic.topic ?? `${topic.channel} (left out)`,
    topic.schema || "-",
    topic.modeled ? topic.ontologyTag! : topic.ontologyTag === undefined ? "-" : `${topic.ontologyTag} (untyped)`,
    formatCount(topic.messagesRead),
    formatCount(topic.messagesPushed),
  ]);
  for (const line of table(["TOPIC", "SCHEMA", "TYPE", "READ", "WRITTEN"], rows)) print(line);
  for (const topic of report.topics) {
    for (const { code, count, first } of topic.skipped) {
      print(`${topic.channel}: ${formatCounted(count, "message")} left out [${code}]: ${first}`);
    }
  }
  for (const { offset, reason } of report.damage) print(`damage at byte ${formatCount(offset)}: ${reason}`);
  const notImported = [[report.attachments, "attachment"], [report.metadataRecords, "metadata record"]] as const;
  for (const [count, thing] of notImported) if (count > 0) print(`${formatCounted(count, thing)} not imported`);
  const more = report.damageCount - report.damage.length;
  if (more > 0) print(`and ${formatCounted(more, "more damaged place")}`);
  const declared = report.messagesDeclared;
  const lost = declared === undefined ? 0 : declared - report.messagesRead;
  print(
    `${formatCount(report.messagesPushed)} of ${formatCount(report.messagesRead)} messages written` +
      (lost > 0 ? `; the file declares ${formatCount(declared!)}, so ${formatCount(lost)} were lost to damage` : ""),
  );
  if (report.messagesPushed === 0) print(NOTHING_WRITTEN);
}
