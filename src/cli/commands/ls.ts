/**
 * `mosaico ls`: the sequences there are.
 *
 * @module
 */
import { compileGlob } from "../../query/mod.ts";
import { COMMON_OPTIONS, parseCommand, PLACE_USAGE, UsageError } from "../arguments.ts";
import { withClient } from "../connection.ts";
import { formatBytes, formatCount, formatTime, print, printJson, table } from "../output.ts";

/** Usage text. */
export const LS_USAGE: string = `mosaico ls ['GLOB'] [--json]

Lists the sequences, or those whose name fits GLOB (* ? # [a-z]): topics, rows, size, time range, and whether they are
finalized. mosaico query finds them by their metadata, age and content.

${PLACE_USAGE}`;

/** Runs the command. */
export async function ls(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, COMMON_OPTIONS);
  if (positionals.length > 1) throw new UsageError(`expected one pattern in quotes, got ${positionals.join(" ")}`);
  const fits = compileGlob(positionals[0] ?? "*");
  const sequences = await withClient(values, async (client) => {
    const found = [];
    for (const name of await client.listSequences()) {
      if (!fits(name)) continue;
      const handler = await client.sequenceHandler(name);
      if (handler !== undefined) found.push(handler); // one that was deleted meanwhile is not there any more
    }
    return found;
  });
  if (values.json) {
    printJson(sequences.map(({ name, topics, totalSizeBytes, startNs, endNs, createdAtNs, locked }) => {
      return { name, topics, bytes: totalSizeBytes, startNs, endNs, createdAtNs, locked };
    }));
    return 0;
  }
  const rows = sequences.map((sequence) => [
    sequence.name,
    formatCount(sequence.topics.length),
    formatCount(sequence.topicInfos.reduce((sum, topic) => sum + (topic.dataInfo.totalRowCount ?? 0n), 0n)),
    formatBytes(sequence.totalSizeBytes),
    formatTime(sequence.startNs),
    formatTime(sequence.endNs),
    sequence.locked ? "finalized" : "open",
  ]);
  for (const line of table(["SEQUENCE", "TOPICS", "ROWS", "SIZE", "START", "END", "STATE"], rows)) print(line);
  return 0;
}
