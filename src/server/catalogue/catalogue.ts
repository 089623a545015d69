/**
 * What the server knows without touching data: one SQLite file, one table a concept.
 *
 * @module
 */
import { ChunkTable } from "./chunks.ts";
import { Database } from "./database.ts";
import { IndexTable } from "./indexes.ts";
import { NotificationTable } from "./notifications.ts";
import { type CatalogueSearch, CatalogueSearcher, type FoundTopic } from "./search.ts";
import { SequenceTable } from "./sequences.ts";
import { SessionTable } from "./sessions.ts";
import { TopicTable } from "./topics.ts";
import type { IndexProgress, UploadProgress } from "./types.ts";

/**
 * The catalogue of one directory. Every method is synchronous and every change durable when it returns, but for the
 * checkpoints of running uploads; so a check and the change that relies on it cannot be torn apart.
 */
export class Catalogue implements Disposable {
  readonly #database: Database;
  readonly #searcher: CatalogueSearcher;
  /** Sequences. */
  readonly sequences: SequenceTable;
  /** Sessions of sequences. */
  readonly sessions: SessionTable;
  /** Topics of sessions. */
  readonly topics: TopicTable;
  /** Chunks of topics. */
  readonly chunks: ChunkTable;
  /** Indexes of the data of topics. */
  readonly indexes: IndexTable;
  /** Notes about sequences and topics. */
  readonly notifications: NotificationTable;

  /** Opens or creates the catalogue at `path`, exclusively. @throws the error of SQLite; see `isBusy` */
  constructor(path: string) {
    this.#database = new Database(path);
    this.#searcher = new CatalogueSearcher(this.#database);
    this.sequences = new SequenceTable(this.#database);
    this.sessions = new SessionTable(this.#database);
    this.topics = new TopicTable(this.#database);
    this.chunks = new ChunkTable(this.#database);
    this.indexes = new IndexTable(this.#database);
    this.notifications = new NotificationTable(this.#database);
  }

  /** Makes the changes of `work` all or none. @throws {StorageError} */
  transaction<T>(work: () => T): T {
    return this.#database.transaction(work);
  }

  /** Topics that fulfil all conditions, sequence by sequence, oldest first. */
  search(search: CatalogueSearch): Generator<readonly FoundTopic[], void, void> {
    return this.#searcher.search(search);
  }

  /** Notes that an upload into `file` begins; what an earlier one had stored is forgotten. */
  beginUpload(topicId: bigint, file: string, schemaHeader: Uint8Array): void {
    this.#database.transaction(() => {
      this.chunks.add(topicId, 0, []);
      this.indexes.delete(topicId);
      this.topics.beginUpload(topicId, file, schemaHeader);
    });
  }

  /** Notes how far an upload has come, with the chunks it has stored. */
  saveUpload(topicId: bigint, progress: UploadProgress): void {
    const save = () => {
      this.chunks.add(topicId, progress.firstOrdinal, progress.chunks);
      if (progress.firstOrdinal === 0) this.indexes.delete(topicId);
      if (progress.index !== undefined) this.indexes.save(topicId, progress.index);
      this.topics.saveUpload(topicId, progress);
    };
    // Clients are told of the end alone; and every topic's checkpoint would make all of them wait for the disk.
    if (progress.state === "running") this.#database.unsyncedTransaction(save);
    else this.#database.transaction(save);
  }

  /**
   * Replaces the index of a topic by one that was built of `file`. Answers whether it still is its file: an upload may have
   * begun anew meanwhile.
   */
  replaceIndex(topicId: bigint, file: string, index: IndexProgress): boolean {
    return this.#database.transaction(() => {
      if (this.topics.fileOf(topicId) !== file) return false;
      this.indexes.delete(topicId);
      this.indexes.save(topicId, index);
      return true;
    });
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#database.close();
  }
}
