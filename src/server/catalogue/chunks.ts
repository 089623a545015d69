/**
 * The table of chunks: where in a topic's file each record batch lies, and which time it covers.
 *
 * @module
 */
import type { Database, SqlRow, Statement } from "./database.ts";
import type { Chunk, TimeWindow, TopicTotals } from "./types.ts";

/** Chunks by topic and time. */
export class ChunkTable {
  readonly #insert: Statement;
  readonly #ofTopic: Statement;
  readonly #inWindow: Statement;
  readonly #numbered: Statement;
  readonly #delete: Statement;

  /** Compiles its statements. */
  constructor(database: Database) {
    this.#insert = database.prepare(`
      INSERT INTO chunks (topic_id, ordinal, offset, header_length, body_length, row_count, start_ns, end_ns)
      VALUES (:topicId, :ordinal, :offset, :headerLength, :bodyLength, :rowCount, :startNs, :endNs)
    `);
    this.#ofTopic = database.prepare("SELECT * FROM chunks WHERE topic_id = :topicId ORDER BY ordinal");
    this.#inWindow = database.prepare(`
      SELECT * FROM chunks
      WHERE topic_id = :topicId
        AND (:startNs IS NULL OR end_ns >= :startNs)
        AND (:endNs IS NULL OR start_ns < :endNs)
      ORDER BY ordinal
    `);
    this.#numbered = database.prepare(`
      SELECT * FROM chunks
      WHERE topic_id = :topicId AND ordinal BETWEEN :first AND :last
        AND (:startNs IS NULL OR end_ns >= :startNs)
        AND (:endNs IS NULL OR start_ns < :endNs)
      ORDER BY ordinal
    `);
    this.#delete = database.prepare("DELETE FROM chunks WHERE topic_id = :topicId");
  }

  /** Adds the chunks of a topic from number `firstOrdinal` on; 0 forgets all it had. */
  add(topicId: bigint, firstOrdinal: number, chunks: readonly Chunk[]): void {
    if (firstOrdinal === 0) this.#delete.run({ topicId });
    chunks.forEach((chunk, i) =>
      this.#insert.run({
        topicId,
        ordinal: BigInt(firstOrdinal + i),
        offset: BigInt(chunk.offset),
        headerLength: BigInt(chunk.headerLength),
        bodyLength: BigInt(chunk.bodyLength),
        rowCount: BigInt(chunk.rowCount),
        startNs: chunk.startNs,
        endNs: chunk.endNs,
      })
    );
  }

  /** Chunks of a topic that reach into `window`, in order. */
  ofTopic(topicId: bigint, window: TimeWindow = {}): Chunk[] {
    const { startNs = null, endNs = null } = window;
    const whole = startNs === null && endNs === null;
    const rows = whole ? this.#ofTopic.all({ topicId }) : this.#inWindow.all({ topicId, startNs, endNs });
    return rows.map(toChunk);
  }

  /** Those of the chunks `[from, to)` of a topic that reach into `window`, in order, with their numbers. */
  numbered(topicId: bigint, from: number, to: number, window: TimeWindow): { ordinal: number; chunk: Chunk }[] {
    const { startNs = null, endNs = null } = window;
    const rows = this.#numbered.all({ topicId, first: BigInt(from), last: BigInt(to - 1), startNs, endNs });
    return rows.map((row) => ({ ordinal: Number(row["ordinal"]), chunk: toChunk(row) }));
  }
}

/** Sums over `chunks`. */
export function totalsOf(chunks: readonly Chunk[]): TopicTotals {
  let rowCount = 0n;
  let byteCount = 0n;
  let interval: { startNs: bigint; endNs: bigint } | undefined;
  for (const { startNs, endNs, ...chunk } of chunks) {
    rowCount += BigInt(chunk.rowCount);
    byteCount += BigInt(chunk.headerLength + chunk.bodyLength);
    interval ??= { startNs, endNs };
    if (startNs < interval.startNs) interval.startNs = startNs;
    if (endNs > interval.endNs) interval.endNs = endNs;
  }
  return { rowCount, byteCount, chunkCount: BigInt(chunks.length), interval };
}

function toChunk(row: SqlRow): Chunk {
  return {
    offset: Number(row["offset"]),
    headerLength: Number(row["header_length"]),
    bodyLength: Number(row["body_length"]),
    rowCount: Number(row["row_count"]),
    startNs: row["start_ns"] as bigint,
    endNs: row["end_ns"] as bigint,
  };
}
