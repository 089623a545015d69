/**
 * The index of data that has none.
 *
 * @module
 */
import { type BodyCodec, decodeSchema } from "../../columnar/mod.ts";
import type { Chunk, IndexProgress } from "../catalogue/mod.ts";
import { TopicIndexer } from "../indexing/mod.ts";
import { type ByteSource, ColumnReader } from "../storage/mod.ts";

/**
 * Reads `chunks`, which are all of a topic, and gathers their bounds. `pause` is asked after each whether the thread is
 * needed elsewhere.
 */
export async function indexChunks(
  source: ByteSource,
  schemaHeader: Uint8Array,
  chunks: readonly Chunk[],
  codecs: readonly BodyCodec[],
  pause: () => Promise<void> | undefined,
): Promise<IndexProgress | undefined> {
  const schema = decodeSchema(schemaHeader);
  const reader = new ColumnReader(source, schema, schema.fields.map((_, i) => [i]), codecs);
  const indexer = new TopicIndexer(schema);
  for (const chunk of chunks) {
    indexer.add(await reader.read(chunk));
    const waiting = pause();
    if (waiting !== undefined) await waiting;
  }
  return indexer.take();
}
