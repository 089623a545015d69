/**
 * The tables of the index: which values each column of a topic can hold, in runs of chunks.
 *
 * @module
 */
import type { Database, SqlRow, Statement } from "./database.ts";
import type { IndexBlock, IndexProgress } from "./types.ts";

/** A span of values, both ends inclusive; `null` = any. */
export interface BlockBounds {
  /** The block has a value of at least this. */
  readonly least: number | Uint8Array | null;
  /** The block has a value of at most this. */
  readonly most: number | Uint8Array | null;
}

/** Indexes by topic. */
export class IndexTable {
  readonly #saveTopic: Statement;
  readonly #saveBlock: Statement;
  readonly #coverage: Statement;
  readonly #blocks: Statement;
  readonly #deleteTopic: Statement;
  readonly #deleteBlocks: Statement;

  /** Compiles its statements. */
  constructor(database: Database) {
    this.#saveTopic = database.prepare(`
      INSERT INTO topic_indexes (topic_id, version, chunk_count) VALUES (:topicId, :version, :chunkCount)
      ON CONFLICT DO UPDATE SET version = excluded.version, chunk_count = excluded.chunk_count
    `);
    this.#saveBlock = database.prepare(`
      INSERT INTO index_blocks (topic_id, leaf, block, least, most, entries)
      VALUES (:topicId, :leaf, :block, :least, :most, :entries)
      ON CONFLICT DO UPDATE SET least = excluded.least, most = excluded.most, entries = excluded.entries
    `);
    this.#coverage = database.prepare("SELECT version, chunk_count FROM topic_indexes WHERE topic_id = :topicId");
    this.#blocks = database.prepare(`
      SELECT leaf, block, least, most, entries FROM index_blocks
      WHERE topic_id = :topicId AND leaf = :leaf
        AND (:least IS NULL OR most >= :least)
        AND (:most IS NULL OR least <= :most)
      ORDER BY block
    `);
    this.#deleteTopic = database.prepare("DELETE FROM topic_indexes WHERE topic_id = :topicId");
    this.#deleteBlocks = database.prepare("DELETE FROM index_blocks WHERE topic_id = :topicId");
  }

  /** Adds what an index has learned; what it knows of other chunks stays. */
  save(topicId: bigint, { version, chunkCount, blocks }: IndexProgress): void {
    for (const { leaf, block, least = null, most = null, entries } of blocks) {
      this.#saveBlock.run({ topicId, leaf: BigInt(leaf), block: BigInt(block), least, most, entries });
    }
    this.#saveTopic.run({ topicId, version: BigInt(version), chunkCount: BigInt(chunkCount) });
  }

  /** Chunks the index of a topic covers, from the first on; 0 when there is none, or none of `version`. */
  coverage(topicId: bigint, version: number): number {
    const row = this.#coverage.get({ topicId });
    return row?.["version"] === BigInt(version) ? Number(row["chunk_count"]) : 0;
  }

  /** Blocks of a column that reach into `bounds`, in order; without any bound also those that hold no value but NaN. */
  blocks(topicId: bigint, leaf: number, { least, most }: BlockBounds): IndexBlock[] {
    return this.#blocks.all({ topicId, leaf: BigInt(leaf), least, most }).map(toBlock);
  }

  /** Forgets the index of a topic. */
  delete(topicId: bigint): void {
    this.#deleteTopic.run({ topicId });
    this.#deleteBlocks.run({ topicId });
  }
}

function toBlock(row: SqlRow): IndexBlock {
  return {
    leaf: Number(row["leaf"]),
    block: Number(row["block"]),
    least: (row["least"] as number | Uint8Array | null) ?? undefined,
    most: (row["most"] as number | Uint8Array | null) ?? undefined,
    entries: row["entries"] as Uint8Array,
  };
}
