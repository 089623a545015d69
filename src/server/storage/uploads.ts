/**
 * The uploads that run now, at most one a topic.
 *
 * @module
 */
import type { Chunk, TopicRecord } from "../catalogue/mod.ts";
import type { ServerDirectory } from "./directory.ts";
import { Upload } from "./upload.ts";

interface RunningUpload {
  readonly upload: Promise<Upload>;
  readonly done: Promise<void>;
  /** Whether no more data comes, as its client may know already. */
  isEnding: boolean;
}

/** Running uploads by topic. What the catalogue calls running and is not here has ended with an earlier server. */
export class Uploads implements AsyncDisposable {
  readonly #directory: ServerDirectory;
  readonly #running = new Map<bigint, RunningUpload>();

  /** For the topics of `directory`. */
  constructor(directory: ServerDirectory) {
    this.#directory = directory;
  }

  /** Whether an upload of this topic runs. */
  has(topicId: bigint): boolean {
    return this.#running.has(topicId);
  }

  /** Waits for an upload of this topic that is about to end. */
  async ended(topicId: bigint): Promise<void> {
    const running = this.#running.get(topicId);
    if (running?.isEnding) await running.done.catch(() => {});
  }

  /**
   * Runs an upload of `topic`, of which none may run: `work` appends to it. When `work` resolves the topic is complete;
   * when it throws the topic is left unfinished, with what came so far. `work` is going to throw once `signal` is aborted.
   *
   * @throws as {@linkcode Upload.begin}, `work`, {@linkcode Upload.complete}
   */
  run(
    topic: TopicRecord,
    schemaHeader: Uint8Array,
    signal: AbortSignal,
    work: (upload: Upload) => Promise<void>,
  ): Promise<void> {
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    const running: RunningUpload = {
      upload: Upload.begin(this.#directory, topic, schemaHeader),
      done,
      isEnding: signal.aborted,
    };
    this.#running.set(topic.id, running);
    signal.addEventListener("abort", () => running.isEnding = true, { once: true });
    this.#run(running, work).finally(() => this.#running.delete(topic.id)).then(resolve, reject);
    return done;
  }

  /** Chunks of a topic whose upload runs that can be read now; `undefined` when none runs. */
  async readableChunks(topicId: bigint): Promise<readonly Chunk[] | undefined> {
    const upload = await this.#running.get(topicId)?.upload;
    return await upload?.readableChunks();
  }

  /** Ends the uploads of topics that are deleted, and removes their data. */
  async discard(topics: readonly TopicRecord[]): Promise<void> {
    for (const topic of topics) {
      const upload = await this.#running.get(topic.id)?.upload.catch(() => undefined);
      await upload?.discard();
      await this.#directory.removeFiles([topic.file]);
    }
  }

  /** Waits for the uploads to end; whoever feeds them has to end them first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(Array.from(this.#running.values(), ({ done }) => done));
  }

  async #run(running: RunningUpload, work: (upload: Upload) => Promise<void>): Promise<void> {
    const upload = await running.upload;
    try {
      await work(upload);
      running.isEnding = true;
      await upload.complete();
    } catch (error) {
      running.isEnding = true;
      await upload.abandon();
      throw error;
    }
  }
}
