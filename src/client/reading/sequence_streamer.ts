/**
 * Many topics, merged in time.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { type Batch, toArrow } from "../../columnar/mod.ts";
import type { Message } from "../../ontology/mod.ts";
import { MergeHeap } from "./merge_heap.ts";
import { StreamLifetime } from "./stream_lifetime.ts";
import { streamClosed, type TopicStreamer, type TopicStreamInfo } from "./topic_streamer.ts";

/** A message and the topic it belongs to. */
export interface TopicMessage<T = unknown> extends Message<T> {
  /** Name with a leading slash. */
  readonly topic: string;
  /** Type of `data`, as the server names it. */
  readonly ontologyTag: string;
}

/** Rows of one topic. */
export interface TopicSlice<B = RecordBatch> {
  /** Name with a leading slash. */
  readonly topic: string;
  /** Type of the rows, as the server names it. */
  readonly ontologyTag: string;
  /** The rows, in time order. */
  readonly batch: B;
}

/**
 * What several topics recorded in one span of time, as columns. Slices follow one another in time: no row of a later one
 * is before `endNs`. Rows *at* `endNs` may still follow.
 */
export interface TimeSlice<B = RecordBatch> {
  /** Time of its first row. */
  readonly startNs: bigint;
  /** No row of it is later. */
  readonly endNs: bigint;
  /** Topics that have rows in the span, in the order of the stream's topics. */
  readonly topics: readonly TopicSlice<B>[];
}

/** What a sequence streamer tells, counted within the window it was asked for. */
export interface SequenceStreamInfo {
  /** Messages of all topics; `undefined` where an old server does not say. */
  readonly messageCount: bigint | undefined;
  /** First record time; `undefined` when the window is empty. */
  readonly startNs: bigint | undefined;
  /** Last record time, inclusive. */
  readonly endNs: bigint | undefined;
  /** The topics that have messages in the window, in the server's order. */
  readonly topics: readonly TopicStreamInfo[];
}

/** What a {@linkcode SequenceStreamer} reads. */
export interface SequenceDownload {
  /** What there is. */
  readonly info: SequenceStreamInfo;
  /**
   * Starts the next downloads, of one span of time that follows the one before; `undefined` after the last. Each has one
   * of the topics of `info`.
   */
  next(): Promise<readonly TopicStreamer<unknown>[] | undefined>;
  /** Ends what was started but not handed out. Idempotent. */
  close(): void;
}

/**
 * Messages of several topics in `timestampNs` order; ties go to the topic listed first. Single use, one read at a
 * time; opened by the first read; leaving a loop early, or disposing, cancels all downloads. A read that fails cancels
 * them too, and leaves its error to every later read; reading after `close()` fails with `session.stream_closed`.
 */
export class SequenceStreamer implements AsyncIterableIterator<TopicMessage, undefined>, AsyncDisposable {
  readonly #open: () => Promise<SequenceDownload>;
  readonly #name: string;
  readonly #lifetime: StreamLifetime;
  #download: Promise<SequenceDownload> | undefined;
  #streamers: readonly TopicStreamer<unknown>[] = [];
  /** Topics that have a next message. Those that do not know it yet are `#emptied`. */
  #heap = new MergeHeap();
  #emptied: readonly TopicStreamer<unknown>[] = [];
  /** Positions of the topics. */
  readonly #ranks = new Map<string, number>();

  /** Made by a handler; `open` is called by the first read, `name` is for errors. Fails when `signal` aborts. */
  constructor(name: string, open: () => Promise<SequenceDownload>, signal?: AbortSignal) {
    this.#name = name;
    this.#open = open;
    this.#lifetime = new StreamLifetime(() => this.#release(), signal);
  }

  /** What is streamed. */
  async info(): Promise<SequenceStreamInfo> {
    this.#lifetime.throwFailure();
    return (await this.#opened()).info;
  }

  /** Time of the next message without taking it; `undefined` at the end. */
  async nextTimestamp(): Promise<bigint | undefined> {
    return await this.#fill() ? this.#heap.first!.streamer.bufferedTimestamp : undefined;
  }

  /** The next message. */
  next(): Promise<IteratorResult<TopicMessage, undefined>> {
    if (this.#emptied.length === 0 && this.#heap.first !== undefined) return Promise.resolve(this.#takeRow());
    return this.#fill().then((more) => more ? this.#takeRow() : { done: true, value: undefined });
  }

  /** Cancels the downloads: a loop is left. Later reads give the end, as they do of every iterator. */
  return(): Promise<IteratorResult<TopicMessage, undefined>> {
    this.#lifetime.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Cancels the downloads; the read that waits, and later ones, fail with `session.stream_closed`. Idempotent. */
  close(): void {
    this.#lifetime.fail(streamClosed(`sequence "${this.#name}"`));
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

  /** The rest as columns of each topic, instead of messages. */
  async *columns(): AsyncGenerator<TimeSlice<Batch>, void, void> {
    try {
      while (await this.#fill()) yield this.#takeSlice();
    } finally {
      this.#lifetime.end();
    }
  }

  /** The rest as apache-arrow `RecordBatch`es of each topic: views of what came over the wire, nothing is copied. */
  async *batches(): AsyncGenerator<TimeSlice, void, void> {
    for await (const { startNs, endNs, topics } of this.columns()) {
      const converted = topics.map(async (slice) => ({ ...slice, batch: await toArrow(slice.batch) }));
      yield { startNs, endNs, topics: await Promise.all(converted) };
    }
  }

  #takeRow(): IteratorResult<TopicMessage, undefined> {
    const head = this.#heap.first!;
    const { streamer } = head;
    const { timestampNs, data } = streamer.takeBuffered();
    if (streamer.splitBufferedTimestamp(head)) this.#heap.sinkFirst();
    else this.#emptied = [this.#heap.removeFirst().streamer];
    const { topic, ontologyTag } = streamer.info;
    return { done: false, value: { topic, ontologyTag, timestampNs, data } };
  }

  /** All that is known to be complete: up to the end of the batch that ends first. */
  #takeSlice(): TimeSlice<Batch> {
    const startNs = this.#heap.first!.streamer.bufferedTimestamp!;
    const heads = this.#heap.takeAll();
    let endNs = heads[0]!.streamer.bufferedEnd!;
    for (const { streamer } of heads) if (streamer.bufferedEnd! < endNs) endNs = streamer.bufferedEnd!;
    const topics: TopicSlice<Batch>[] = [];
    const emptied: TopicStreamer<unknown>[] = [];
    for (const head of heads.sort((a, b) => a.rank - b.rank)) {
      const { streamer } = head;
      const batch = streamer.takeBufferedUntil(endNs);
      if (batch !== undefined) {
        const { topic, ontologyTag } = streamer.info;
        topics.push({ topic, ontologyTag, batch });
      }
      if (streamer.splitBufferedTimestamp(head)) this.#heap.add(head);
      else emptied.push(streamer);
    }
    this.#emptied = emptied;
    return { startNs, endNs, topics };
  }

  /** Makes sure that every topic that is not at its end has its next message here; false when all are. */
  async #fill(): Promise<boolean> {
    this.#lifetime.throwFailure();
    try {
      for (;;) {
        if (this.#emptied.length > 0) await this.#refill();
        if (this.#lifetime.isOver || this.#heap.first !== undefined) break;
        const download = await this.#opened();
        const streamers = await download.next();
        if (this.#lifetime.isOver) streamers?.forEach((streamer) => streamer.close());
        if (this.#lifetime.isOver || streamers === undefined) break;
        this.#streamers = this.#emptied = streamers;
      }
    } catch (error) {
      this.#lifetime.fail(error); // does nothing if a loop was left while this read waited
    }
    this.#lifetime.throwFailure();
    if (this.#heap.first !== undefined) return true;
    this.#lifetime.end();
    return false;
  }

  async #refill(): Promise<void> {
    const emptied = this.#emptied;
    await Promise.all(emptied.map((streamer) => streamer.nextTimestamp()));
    if (this.#lifetime.isOver) return;
    this.#emptied = [];
    for (const streamer of emptied) {
      const head = { streamer, rank: this.#ranks.get(streamer.info.topic)!, high: 0, low: 0 };
      if (streamer.splitBufferedTimestamp(head)) this.#heap.add(head);
    }
  }

  #opened(): Promise<SequenceDownload> {
    return this.#download ??= this.#open().then((download) => {
      for (const [rank, { topic }] of download.info.topics.entries()) this.#ranks.set(topic, rank);
      return download;
    });
  }

  #release(): void {
    this.#heap = new MergeHeap();
    this.#emptied = [];
    for (const streamer of this.#streamers) streamer.close();
    this.#download?.then((download) => download.close(), () => {});
  }
}
