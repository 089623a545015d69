/**
 * `mosaico info NAME`: one sequence and its topics.
 *
 * @module
 */
import type { SequenceHandler } from "../../client/mod.ts";
import { unpackLocator } from "../../protocol/mod.ts";
import { COMMON_OPTIONS, onlyArgument, parseCommand, PLACE_USAGE } from "../arguments.ts";
import { withClient } from "../connection.ts";
import { formatBytes, formatCount, formatCounted, formatTime, print, printJson, table } from "../output.ts";
import { NotFoundError } from "../not_found.ts";

/** Usage text. */
export const INFO_USAGE: string = `mosaico info NAME [--json]

Shows a sequence: its topics with type, rows, bytes and time range, its sessions, its metadata.

${PLACE_USAGE}`;

/** A topic as `info --json` prints it. */
export interface TopicSummary {
  /** Name with a leading slash. */
  readonly name: string;
  /** Type. */
  readonly ontologyTag: string;
  /** Messages; `undefined` where an old server does not say. */
  readonly rows: bigint | undefined;
  /** Size on the server. */
  readonly bytes: bigint;
  /** First record time. */
  readonly startNs: bigint | undefined;
  /** Last record time, inclusive. */
  readonly endNs: bigint | undefined;
}

/** Topics of a sequence in short. */
export function summarize(sequence: SequenceHandler): TopicSummary[] {
  return sequence.topicInfos.map(({ locator, ontologyTag, dataInfo }) => ({
    name: unpackLocator(locator).topic,
    ontologyTag,
    rows: dataInfo.totalRowCount,
    bytes: dataInfo.totalBytes,
    startNs: dataInfo.interval?.startNs,
    endNs: dataInfo.interval?.endNs,
  }));
}

/** The same as lines. */
export function topicTable(topics: readonly TopicSummary[]): string[] {
  const rows = topics.map((topic) => [
    topic.name,
    topic.ontologyTag,
    formatCount(topic.rows),
    formatBytes(topic.bytes),
    formatTime(topic.startNs),
    formatTime(topic.endNs),
  ]);
  return table(["TOPIC", "TYPE", "ROWS", "SIZE", "START", "END"], rows);
}

/** Runs the command. */
export async function info(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, COMMON_OPTIONS);
  const name = onlyArgument(positionals, "sequence name");
  return await withClient(values, async (client) => {
    const sequence = await client.sequenceHandler(name);
    if (sequence === undefined) throw new NotFoundError(`there is no sequence "${name}"`);
    const { userMetadata, createdAtNs, locked, sessions } = sequence;
    const topics = summarize(sequence);
    if (values.json) {
      printJson({ name, createdAtNs, locked, userMetadata, sessions, topics });
      return 0;
    }
    print(
      `${name}  ${formatBytes(sequence.totalSizeBytes)}, ${formatCounted(sessions.length, "session")}, ` +
        `created ${formatTime(createdAtNs)}, ${locked ? "finalized" : "open"}`,
    );
    if (Object.keys(userMetadata).length > 0) printJson(userMetadata);
    for (const line of topicTable(topics)) print(line);
    return 0;
  });
}
