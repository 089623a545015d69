/**
 * One topic, read back in order.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { type Batch, type RowReader, rowReader, type Schema, timestamps, toArrow } from "../../columnar/mod.ts";
import { type Message, type OntologyRegistry, readingSchema } from "../../ontology/mod.ts";
import type { LaneDownload } from "../lanes/mod.ts";

/** What a streamer tells of its topic, counted within the window it was asked for. */
export interface TopicStreamInfo {
  /** Name with a leading slash. */
  readonly topic: string;
  /** Type of the rows, as the server names it. */
  readonly ontologyTag: string;
  /** Messages in the window; `undefined` where an old server does not say. */
  readonly messageCount: bigint | undefined;
  /** First record time; `undefined` when the window is empty. */
  readonly startNs: bigint | undefined;
  /** Last record time, inclusive. */
  readonly endNs: bigint | undefined;
}

/**
 * Messages of one topic in `timestampNs` order. Single use; leaving a loop early, or disposing, cancels the download.
 * Rows have the type's camelCase names when the type is registered with the same schema, and wire names otherwise.
 */
export class TopicStreamer<T> implements AsyncIterableIterator<Message<T>, undefined>, AsyncDisposable {
  /** What is streamed. */
  readonly info: TopicStreamInfo;
  readonly #download: LaneDownload;
  readonly #registry: OntologyRegistry;
  #reader: RowReader | undefined;
  #batch: Batch | undefined;
  #times: BigInt64Array = new BigInt64Array(0);
  #index = 0;
  #ended = false;

  /** Made by a handler; `download` is *taken*. */
  constructor(info: TopicStreamInfo, download: LaneDownload, registry: OntologyRegistry) {
    this.info = info;
    this.#download = download;
    this.#registry = registry;
  }

  /** Columns as the server sent them, `timestamp_ns` first. */
  get schema(): Promise<Schema> {
    return this.#download.schema;
  }

  /** Time of the next message without taking it; `undefined` at the end. */
  async nextTimestamp(): Promise<bigint | undefined> {
    return await this.#fill() ? this.#times[this.#index] : undefined;
  }

  /** The next message. */
  next(): Promise<IteratorResult<Message<T>, undefined>> {
    if (this.#index < this.#times.length) return Promise.resolve({ done: false, value: this.#takeRow() });
    return this.#fill().then((more) =>
      more ? { done: false, value: this.#takeRow() } : { done: true, value: undefined }
    );
  }

  /** Cancels the download. */
  return(): Promise<IteratorResult<Message<T>, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Cancels the download. Idempotent. */
  close(): void {
    this.#ended = true;
    this.#times = new BigInt64Array(0);
    this.#index = 0;
    this.#batch = undefined;
    this.#download.cancel();
  }

  /** This. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** As {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** The rest of the topic as batches of columns, instead of messages. */
  async *columns(): AsyncGenerator<Batch, void, void> {
    try {
      for (let batch = await this.#download.take(); batch !== undefined; batch = await this.#download.take()) {
        yield batch;
      }
      this.#ended = true;
    } finally {
      if (!this.#ended) this.close();
    }
  }

  /** The rest of the topic as apache-arrow `RecordBatch`es. */
  async *batches(): AsyncGenerator<RecordBatch, void, void> {
    for await (const batch of this.columns()) yield await toArrow(batch);
  }

  /** Makes sure the current batch has a row left. */
  async #fill(): Promise<boolean> {
    if (this.#index < this.#times.length) return true;
    if (this.#ended) return false;
    const batch = await this.#download.take();
    if (batch === undefined || this.#ended) {
      this.#ended = true;
      this.#times = new BigInt64Array(0);
      this.#index = 0;
      return false;
    }
    this.#reader ??= rowReader(this.#namedSchema(batch.schema), { emptyStructs: "absent" });
    this.#batch = batch;
    this.#times = timestamps(batch);
    this.#index = 0;
    return true;
  }

  /** Columns with the property names of their type, when they are exactly the type's. */
  #namedSchema(schema: Schema): Schema {
    const type = this.#registry.resolve(this.info.ontologyTag, schema);
    return type === undefined ? schema : readingSchema(type, schema);
  }

  #takeRow(): Message<T> {
    const index = this.#index++;
    return { timestampNs: this.#times[index]!, data: this.#reader!.row(this.#batch!, index) as T };
  }
}
