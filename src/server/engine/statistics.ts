/**
 * How a query was answered.
 *
 * @module
 */
import type { QueryStatistics } from "../../protocol/mod.ts";

/** Counts what a query did. */
export class Statistics {
  /** See {@linkcode QueryStatistics.topics}. */
  topics = 0;
  /** See {@linkcode QueryStatistics.topicsPruned}. */
  topicsPruned = 0;
  /** See {@linkcode QueryStatistics.chunks}. */
  chunks = 0;
  /** Chunks that were looked at. */
  chunksScanned = 0;
  /** See {@linkcode QueryStatistics.chunksByIndex}. */
  chunksByIndex = 0;
  /** See {@linkcode QueryStatistics.rowsScanned}. */
  rowsScanned = 0;
  /** See {@linkcode QueryStatistics.bytesStored}. */
  bytesStored = 0;
  /** See {@linkcode QueryStatistics.bytesRead}. */
  bytesRead = 0;
  readonly #start = performance.now();

  /** The counts so far. */
  finish(): QueryStatistics {
    const { topics, topicsPruned, chunks, chunksScanned, chunksByIndex, rowsScanned, bytesStored, bytesRead } = this;
    return {
      topics,
      topicsPruned,
      chunks,
      chunksPruned: chunks - chunksScanned - chunksByIndex,
      chunksByIndex,
      rowsScanned,
      bytesStored,
      bytesRead,
      elapsedNs: BigInt(Math.round((performance.now() - this.#start) * 1e6)),
    };
  }
}
