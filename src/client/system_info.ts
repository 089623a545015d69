/**
 * Physical state of what is stored.
 *
 * @module
 */
import type { TopicMetadata } from "../protocol/mod.ts";
import type { SequenceHandler } from "./handlers/mod.ts";

/** How much of what is stored, and since when. */
export interface SystemInfo {
  /** Size on the server. */
  readonly totalSizeBytes: bigint;
  /** Creation, nanoseconds since 1970, UTC. */
  readonly createdAtNs: bigint;
  /** Whether it is finalized. */
  readonly isLocked: boolean;
  /** Chunks the server keeps it in; topics only. */
  readonly chunkCount?: bigint;
}

/** Of a sequence. */
export function sequenceSystemInfo({ totalSizeBytes, createdAtNs, locked }: SequenceHandler): SystemInfo {
  return { totalSizeBytes, createdAtNs, isLocked: locked };
}

/** Of a topic. */
export function topicSystemInfo({ dataInfo, createdAtNs, locked }: TopicMetadata): SystemInfo {
  return { totalSizeBytes: dataInfo.totalBytes, createdAtNs, isLocked: locked, chunkCount: dataInfo.totalChunksCount };
}
