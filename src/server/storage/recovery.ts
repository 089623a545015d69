/**
 * What is done about uploads that an earlier server left unfinished.
 *
 * @module
 */
import { stat, truncate } from "node:fs/promises";
import { type Chunk, StorageError, type TopicRecord } from "../catalogue/mod.ts";
import type { ServerDirectory } from "./directory.ts";
import { sortTopicFile } from "./sorting.ts";
import { chunkSpan } from "./topic_file.ts";

/**
 * Brings every topic whose upload was running to a state that can be read: rows up to the last checkpoint, the file cut
 * behind them. The topics stay unlocked.
 *
 * @throws {StorageError}
 */
export async function recoverUploads(directory: ServerDirectory): Promise<void> {
  for (const topic of directory.catalogue.topics.running()) {
    try {
      await recover(directory, topic);
    } catch (error) {
      throw new StorageError(`recover topic "${topic.sequenceName}/${topic.path}"`, error);
    }
  }
}

async function recover(directory: ServerDirectory, topic: TopicRecord): Promise<void> {
  const file = topic.file!;
  const path = directory.filePath(file);
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  // A checkpoint syncs before it notes; only a disk that lies about that has less than the catalogue knows.
  const chunks = directory.catalogue.chunks.ofTopic(topic.id).filter((chunk) => endOf(chunk) <= size);
  const last = chunks.at(-1);
  if (last !== undefined) await truncate(path, endOf(last));
  const result = topic.inOrder || chunks.length === 0
    ? { file, chunks, index: undefined }
    : await sortTopicFile(directory, topic.schemaHeader!, file, chunks);
  directory.catalogue.saveUpload(topic.id, {
    state: "broken",
    file: result.file,
    chunks: result.chunks,
    firstOrdinal: 0,
    inOrder: true,
    index: result.index,
  });
  if (result.file !== file) await directory.removeFiles([file]);
}

function endOf(chunk: Chunk): number {
  return chunk.offset + chunkSpan(chunk);
}
