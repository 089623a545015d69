/**
 * One upload: its data file, and the catalogue's knowledge of it.
 *
 * @module
 */
import { truncate } from "node:fs/promises";
import { type Chunk, type IndexProgress, StorageError, type TopicRecord, utcNowNs } from "../catalogue/mod.ts";
import type { ServerDirectory } from "./directory.ts";
import { topicDeleted } from "./errors.ts";
import { sortTopicFile } from "./sorting.ts";
import { TopicFileWriter } from "./topic_file.ts";

/**
 * The running upload of a topic. From time to time a checkpoint brings data to the disk and then notes it in the
 * catalogue, so that the catalogue never knows of data that is not there; it also keeps the disk busy while data comes,
 * where one sync at the end would have the uploader wait for all of it.
 */
export class Upload {
  readonly #directory: ServerDirectory;
  readonly #topic: TopicRecord;
  readonly #schemaHeader: Uint8Array;
  readonly #file: string;
  readonly #writer: TopicFileWriter;
  #savedChunks = 0;
  #savedLength = 0;
  #checkpoint: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failure: { readonly reason: unknown } | undefined;

  private constructor(
    directory: ServerDirectory,
    topic: TopicRecord,
    schemaHeader: Uint8Array,
    file: string,
    writer: TopicFileWriter,
  ) {
    this.#directory = directory;
    this.#topic = topic;
    this.#schemaHeader = schemaHeader;
    this.#file = file;
    this.#writer = writer;
  }

  /**
   * Begins the upload of `topic`; what a broken upload left of it is removed.
   *
   * @throws {IpcError} when `schemaHeader` is not a sound schema
   * @throws {MosaicoError} `schema.timestamp` when it has no record time
   * @throws {StorageError}
   */
  static async begin(directory: ServerDirectory, topic: TopicRecord, schemaHeader: Uint8Array): Promise<Upload> {
    const file = directory.newFile();
    const writer = await onDisk(
      topic,
      () => TopicFileWriter.create(directory.files, directory.filePath(file), schemaHeader, directory.options.codecs),
    );
    try {
      directory.catalogue.beginUpload(topic.id, file, schemaHeader);
    } catch (error) {
      await directory.removeFiles([file]);
      throw error;
    }
    await directory.removeFiles([topic.file]);
    return new Upload(directory, topic, schemaHeader, file, writer);
  }

  /**
   * Appends a record batch message. Borrows the bytes until `written` is called, if it ever is. Answers `undefined` while
   * there is room, else a promise of it.
   *
   * @throws {IpcError} when it is not a sound batch of the schema
   * @throws {StorageError} also for what went wrong with earlier batches
   */
  append(header: Uint8Array, body: Uint8Array, written?: () => void): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure.reason;
    const room = this.#writer.append(header, body, written);
    const { checkpointBytes, checkpointMs } = this.#directory.options;
    if (this.#writer.fileLength - this.#savedLength >= checkpointBytes) void this.#startCheckpoint();
    else this.#timer ??= setTimeout(() => void this.#startCheckpoint(), checkpointMs);
    return room && onDisk(this.#topic, () => room);
  }

  /** The chunks that can be read now: all, or those before the first disorder. */
  async readableChunks(): Promise<readonly Chunk[]> {
    const chunks = this.#writer.chunks.slice(0, this.#writer.chunksInOrder);
    await onDisk(this.#topic, () => this.#writer.flush());
    return chunks;
  }

  /** Ends the upload well: its rows are in order, on the disk, and locked. @throws {StorageError} */
  async complete(): Promise<void> {
    await this.#end("complete");
  }

  /** Ends the upload in the middle: what came can be read, and the topic stays unlocked. */
  async abandon(): Promise<void> {
    try {
      await this.#end("broken");
    } catch {
      // The disk takes no more: what no checkpoint has noted is given back to it, and deletes have room again.
      await truncate(this.#directory.filePath(this.#file), this.#savedLength).catch(() => {});
    } finally {
      // Nobody may ever come back to it.
      await this.#directory.files.forget(this.#directory.filePath(this.#file));
    }
  }

  /** Ends the upload of a topic that was deleted. */
  async discard(): Promise<void> {
    this.#failure ??= { reason: topicDeleted("store") };
    await this.#settle();
    await this.#directory.removeFiles([this.#file]);
  }

  async #end(state: "complete" | "broken"): Promise<void> {
    await this.#settle();
    if (this.#failure !== undefined) throw this.#failure.reason;
    await onDisk(this.#topic, async () => {
      await this.#writer.end();
      await this.#directory.syncNames();
      const { inOrder, chunks, index } = this.#writer;
      if (inOrder) this.#save(state, this.#file, chunks, this.#savedChunks, index.take());
      else await this.#saveSorted(state);
    });
  }

  async #saveSorted(state: "complete" | "broken"): Promise<void> {
    const sorted = await sortTopicFile(this.#directory, this.#schemaHeader, this.#file, this.#writer.chunks);
    this.#save(state, sorted.file, sorted.chunks, 0, sorted.index);
    await this.#directory.removeFiles([this.#file]);
  }

  #startCheckpoint(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#checkpoint ??= this.#makeCheckpoint().catch((reason) => {
      this.#failure ??= { reason };
    }).finally(() => this.#checkpoint = undefined);
  }

  async #makeCheckpoint(): Promise<void> {
    const { inOrder, fileLength } = this.#writer;
    const chunks = this.#writer.chunks.slice(this.#savedChunks);
    const index = this.#writer.index.take();
    await onDisk(this.#topic, () => this.#writer.sync());
    if (this.#failure !== undefined) return;
    this.#directory.catalogue.saveUpload(this.#topic.id, {
      state: "running",
      file: this.#file,
      chunks,
      firstOrdinal: this.#savedChunks,
      inOrder,
      index,
    });
    this.#savedChunks += chunks.length;
    this.#savedLength = fileLength;
  }

  /** Waits for the checkpoint under way; no other begins. */
  async #settle(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#checkpoint;
  }

  #save(
    state: "complete" | "broken",
    file: string,
    chunks: readonly Chunk[],
    firstOrdinal: number,
    index: IndexProgress | undefined,
  ): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
    this.#directory.catalogue.saveUpload(this.#topic.id, {
      state,
      ...(state === "complete" ? { completedAtNs: utcNowNs() } : {}),
      file,
      chunks: chunks.slice(firstOrdinal),
      firstOrdinal,
      inOrder: true,
      index,
    });
  }
}

/** Runs `work`; what the disk refuses becomes a {@linkcode StorageError} that names the topic. */
async function onDisk<T>(topic: TopicRecord, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) {
      throw new StorageError(`store topic "${locatorOf(topic)}"`, error);
    }
    throw error;
  }
}

function locatorOf(topic: TopicRecord): string {
  return `${topic.sequenceName}/${topic.path}`;
}
