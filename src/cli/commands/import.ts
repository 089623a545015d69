/**
 * `mosaico import FILE…`: recordings into sequences.
 *
 * @module
 */
import type { ImportReport } from "../../bridges/mcap/mod.ts";
import { COMMON_OPTIONS, parseCommand, PLACE_USAGE, UsageError } from "../arguments.ts";
import { withClient } from "../connection.ts";
import { interruptible } from "../interrupt.ts";
import { print, printJson } from "../output.ts";
import { printReport, recordFile, sequenceNameOf } from "../recording.ts";

/** Usage text. */
export const IMPORT_USAGE: string = `mosaico import FILE… [--name N] [--json]

Records each file (.mcap, .bag or .db3, with messages of ROS 1 or 2) into a sequence of its own, named after the file,
or N for a single file.
A damaged file gives everything outside its damage; the report names each topic, each count and each loss.
Exit code 1 when anything was lost. --json prints a list with a report for each file.

${PLACE_USAGE}`;

/** As many Workers as lanes: a recording is worth their start. */
const WITH_WORKERS = {};

/** Runs the command. */
export async function importFiles(args: readonly string[]): Promise<number> {
  const { values, positionals: files } = parseCommand(args, { ...COMMON_OPTIONS, name: { type: "string" } });
  if (files.length === 0) throw new UsageError("expected at least one file");
  if (values.name !== undefined && files.length > 1) throw new UsageError("--name goes with one file");
  const jobs = files.map((file) => ({ file, name: values.name ?? sequenceNameOf(file) }));
  return await interruptible((signal) =>
    withClient(values, async (client) => {
      const reports: (ImportReport & { readonly sequence: string })[] = [];
      try {
        for (const { file, name } of jobs) {
          const report = await recordFile(client, file, name, signal);
          reports.push({ sequence: name, ...report });
          if (values.json) continue;
          print(`${file} → ${name}`);
          printReport(report);
        }
      } finally {
        if (values.json) printJson(reports); // of the files before one that failed, too
      }
      return reports.every((report) => report.complete && report.messagesPushed > 0) ? 0 : 1;
    }, WITH_WORKERS)
  );
}
