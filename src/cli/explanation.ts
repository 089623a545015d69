/**
 * How a query was answered, for people.
 *
 * @module
 */
import type { QueryStatistics } from "../query/mod.ts";
import { formatBytes, formatCount, formatCounted, formatSpan } from "./output.ts";

/** Lines that say what a server looked at, and what it did not have to. */
export function explanation(statistics: QueryStatistics): string[] {
  const { topics, topicsPruned, chunks, chunksPruned, chunksByIndex, rowsScanned, bytesStored, bytesRead } = statistics;
  if (topics === 0) return [`answered by names and metadata alone, in ${formatSpan(statistics.elapsedNs)}`];
  const read = chunks - chunksPruned - chunksByIndex;
  const share = bytesStored === 0 ? "" : ` (${(100 * bytesRead / bytesStored).toFixed(1)} %)`;
  return [
    `answered in ${formatSpan(statistics.elapsedNs)}: ${formatCounted(topics, "topic")}, ${
      formatCount(topicsPruned)
    } ruled out as a whole`,
    `${formatCounted(chunks, "chunk")}: ${formatCount(chunksPruned)} pruned, ${
      formatCount(chunksByIndex)
    } answered by the index, ` +
    `${formatCount(read)} read`,
    `${formatCounted(rowsScanned, "row")} looked at, ${formatBytes(bytesRead)} of ${
      formatBytes(bytesStored)
    } read${share}`,
  ];
}
