/**
 * One topic, read back in order.
 *
 * @module
 */
import type { RecordBatch, Table } from "apache-arrow";
import { MosaicoError } from "../../base/mod.ts";
import {
  type Batch,
  dataViewOf,
  type RowReader,
  type Schema,
  sliceBatch,
  timestamps,
  toArrow,
} from "../../columnar/mod.ts";
import type { Message, OntologyRegistry, SerializationFormat } from "../../ontology/mod.ts";
import type { LaneDownload } from "../lanes/mod.ts";
import { RowBlock } from "./row_block.ts";
import type { RowReaders } from "./row_readers.ts";
import { StreamLifetime } from "./stream_lifetime.ts";
import { tableOf } from "./table.ts";
import { rowsUntil } from "./times.ts";

/** What a streamer tells of its topic, counted within the window it was asked for. */
export interface TopicStreamInfo {
  /** Name with a leading slash. */
  readonly topic: string;
  /** Type of the rows, as the server names it. */
  readonly ontologyTag: string;
  /** Storage hint. */
  readonly serializationFormat: SerializationFormat;
  /** Messages in the window; `undefined` where an old server does not say. */
  readonly messageCount: bigint | undefined;
  /** First record time; `undefined` when the window is empty. */
  readonly startNs: bigint | undefined;
  /** Last record time, inclusive. */
  readonly endNs: bigint | undefined;
}

/** What streamers of a client share. */
export interface TopicStreamerParts {
  /** Known types. */
  readonly registry: OntologyRegistry;
  /** Compiled readers. */
  readonly readers: RowReaders;
}

const NO_TIMES = new BigInt64Array(0);

/**
 * Messages of one topic in `timestampNs` order. Single use, one read at a time; leaving a loop early, or disposing,
 * cancels the download. Rows have the type's camelCase names when the type is registered with the same schema, and wire
 * names otherwise. A read that fails leaves its error to every later one, and reading a streamer that was closed is an
 * error too (`session.stream_closed`), so that neither ever looks like the end.
 */
export class TopicStreamer<T> implements AsyncIterableIterator<Message<T>, undefined>, AsyncDisposable {
  /** What is streamed. */
  readonly info: TopicStreamInfo;
  readonly #download: LaneDownload;
  readonly #makeReader: (schema: Schema) => RowReader;
  readonly #lifetime: StreamLifetime;
  #reader: RowReader | undefined;
  #batch: Batch | undefined;
  #times: BigInt64Array = NO_TIMES;
  /** Of `#times`. */
  #view: DataView = dataViewOf(NO_TIMES);
  #index = 0;
  readonly #block: RowBlock<T> = new RowBlock();

  /** Made by a handler; `download` is *taken*, and cancelled when `signal` aborts. */
  constructor(
    info: TopicStreamInfo,
    download: LaneDownload,
    { registry, readers }: TopicStreamerParts,
    signal?: AbortSignal,
  ) {
    this.info = info;
    this.#download = download;
    this.#makeReader = (schema) => readers.get(registry, info.ontologyTag, schema);
    this.#lifetime = new StreamLifetime(() => this.#release(), signal);
  }

  /** Columns as the server sent them, `timestamp_ns` first. */
  get schema(): Promise<Schema> {
    return this.#download.schema;
  }

  /** Time of the next message if it is here already, without waiting for it. */
  get bufferedTimestamp(): bigint | undefined {
    return this.#index < this.#times.length ? this.#view.getBigInt64(8 * this.#index, true) : undefined;
  }

  /** Writes the halves of the time of the next message to `into`, if it is here already; else answers false. */
  splitBufferedTimestamp(into: { high: number; low: number }): boolean {
    if (this.#index >= this.#times.length) return false;
    into.high = this.#view.getInt32(8 * this.#index + 4, true);
    into.low = this.#view.getUint32(8 * this.#index, true);
    return true;
  }

  /** Time of the last message that is here already. */
  get bufferedEnd(): bigint | undefined {
    return this.#index < this.#times.length ? this.#times[this.#times.length - 1] : undefined;
  }

  /** Time of the next message without taking it; `undefined` at the end. */
  async nextTimestamp(): Promise<bigint | undefined> {
    return await this.#fill() ? this.#times[this.#index] : undefined;
  }

  /** The next message. */
  next(): Promise<IteratorResult<Message<T>, undefined>> {
    if (this.#index < this.#times.length) return Promise.resolve({ done: false, value: this.takeBuffered() });
    return this.#fill().then((more) =>
      more ? { done: false, value: this.takeBuffered() } : { done: true, value: undefined }
    );
  }

  /** The next message, which {@linkcode bufferedTimestamp} said is here. */
  takeBuffered(): Message<T> {
    const reader = this.#reader ??= this.#makeReader(this.#batch!.schema);
    const index = this.#index++;
    return {
      timestampNs: this.#view.getBigInt64(8 * index, true),
      data: this.#block.take(reader, this.#batch!, index),
    };
  }

  /** Of what is here, the messages up to `endNs` inclusive, as columns; `undefined` when there are none. */
  takeBufferedUntil(endNs: bigint): Batch | undefined {
    const from = this.#index; // rows before it were taken
    const to = rowsUntil(this.#times, from, endNs);
    if (to === from) return undefined;
    this.#index = to;
    return sliceBatch(this.#batch!, from, to);
  }

  /** Cancels the download: a loop is left. Later reads give the end, as they do of every iterator. */
  return(): Promise<IteratorResult<Message<T>, undefined>> {
    this.#lifetime.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Cancels the download; the read that waits, and later ones, fail with `session.stream_closed`. Idempotent. */
  close(): void {
    this.#lifetime.fail(streamClosed(`topic "${this.info.topic}"`));
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
      while (await this.#fill()) yield this.takeBufferedUntil(this.bufferedEnd!)!;
    } finally {
      this.#lifetime.end();
    }
  }

  /** The rest of the topic as apache-arrow `RecordBatch`es: views of what came over the wire, nothing is copied. */
  async *batches(): AsyncGenerator<RecordBatch, void, void> {
    for await (const batch of this.columns()) yield await toArrow(batch);
  }

  /** The rest of the topic as one apache-arrow `Table`, held in memory as a whole. */
  async toTable(): Promise<Table> {
    return await tableOf(await this.schema, this.batches());
  }

  /** Makes sure the current batch has a row left; false at the end. */
  async #fill(): Promise<boolean> {
    if (this.#index < this.#times.length) return true;
    this.#lifetime.throwFailure();
    if (this.#lifetime.isOver) return false;
    let batch: Batch | undefined;
    try {
      batch = await this.#download.take();
    } catch (error) {
      this.#lifetime.fail(error); // does nothing if it is over: by a signal, whose reason stays, or by a reader who left
    }
    this.#lifetime.throwFailure();
    if (batch === undefined || this.#lifetime.isOver) {
      this.#lifetime.end();
      return false;
    }
    this.#batch = batch;
    this.#times = timestamps(batch);
    this.#view = dataViewOf(this.#times);
    this.#index = 0;
    this.#block.clear();
    return true;
  }

  #release(): void {
    this.#times = NO_TIMES;
    this.#index = 0;
    this.#block.clear();
    this.#batch = undefined;
    this.#download.cancel();
  }
}

/** Who reads a stream that was closed is told so. */
export function streamClosed(what: string): MosaicoError {
  return new MosaicoError(
    "session.stream_closed",
    `Cannot read ${what}: its stream was closed, by its reader, by a later stream of the same handler, or with the client`,
  );
}
