/**
 * Many topics, merged in time.
 *
 * @module
 */
import type { Message } from "../../ontology/mod.ts";
import type { TopicStreamer, TopicStreamInfo } from "./topic_streamer.ts";

/** A message and the topic it belongs to. */
export interface TopicMessage<T = unknown> extends Message<T> {
  /** Name with a leading slash. */
  readonly topic: string;
  /** Type of `data`, as the server names it. */
  readonly ontologyTag: string;
}

/** A topic that has a next message. */
interface Head {
  readonly streamer: TopicStreamer<unknown>;
  /** Position among the topics; decides ties. */
  readonly rank: number;
  timestampNs: bigint;
}

/**
 * Messages of several topics in `timestampNs` order; ties go to the topic listed first. Single use, one read at a
 * time; opened by the first read; leaving a loop early, or disposing, cancels all downloads. A read that fails cancels
 * them too, and leaves its error to every later read.
 */
export class SequenceStreamer implements AsyncIterableIterator<TopicMessage, undefined>, AsyncDisposable {
  readonly #open: () => Promise<TopicStreamer<unknown>[]>;
  #streamers: Promise<TopicStreamer<unknown>[]> | undefined;
  /** A binary heap, earliest first. */
  #heads: Head[] | undefined;
  #closed = false;
  #failure: { readonly reason: unknown } | undefined;

  /** Made by a handler; `open` starts the downloads. */
  constructor(open: () => Promise<TopicStreamer<unknown>[]>) {
    this.#open = open;
  }

  /** What is streamed, by topic. */
  async topics(): Promise<TopicStreamInfo[]> {
    return (await this.#opened()).map((streamer) => streamer.info);
  }

  /** Messages in the window, over all topics; `undefined` where an old server does not say. */
  async messageCount(): Promise<bigint | undefined> {
    let sum = 0n;
    for (const { messageCount } of await this.topics()) {
      if (messageCount === undefined) return undefined;
      sum += messageCount;
    }
    return sum;
  }

  /** Time of the next message without taking it; `undefined` at the end. */
  async nextTimestamp(): Promise<bigint | undefined> {
    return (await this.#ready())[0]?.timestampNs;
  }

  /** The next message. */
  async next(): Promise<IteratorResult<TopicMessage, undefined>> {
    const heads = this.#heads ?? await this.#ready();
    const head = heads[0];
    if (head === undefined) return { done: true, value: undefined };
    const { streamer } = head;
    try {
      const { value } = await streamer.next();
      const following = await streamer.nextTimestamp();
      if (this.#closed) return { done: true, value: undefined };
      if (following === undefined) {
        const last = heads.pop()!;
        if (heads.length > 0 && last !== head) heads[0] = last;
      } else {
        head.timestampNs = following;
      }
      sift(heads, 0);
      const { topic, ontologyTag } = streamer.info;
      return { done: false, value: { topic, ontologyTag, timestampNs: value!.timestampNs, data: value!.data } };
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Cancels the downloads. */
  return(): Promise<IteratorResult<TopicMessage, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Cancels the downloads. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#heads = undefined;
    this.#streamers?.then((streamers) => streamers.forEach((streamer) => streamer.close()), () => {});
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

  /** Closes, unless that is what made the read fail. Answers the error of the read. */
  #fail(error: unknown): unknown {
    if (!this.#closed) this.#failure = { reason: error };
    this.close();
    return error;
  }

  #opened(): Promise<TopicStreamer<unknown>[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    if (this.#closed) return Promise.resolve([]);
    return this.#streamers ??= this.#open();
  }

  async #ready(): Promise<Head[]> {
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (this.#heads !== undefined) return this.#heads;
    try {
      const streamers = await this.#opened();
      const times = await Promise.all(streamers.map((streamer) => streamer.nextTimestamp()));
      const heads: Head[] = [];
      for (const [rank, streamer] of streamers.entries()) {
        const timestampNs = times[rank];
        if (timestampNs !== undefined) heads.push({ streamer, rank, timestampNs });
      }
      for (let i = (heads.length >> 1) - 1; i >= 0; i--) sift(heads, i);
      return this.#closed ? [] : this.#heads ??= heads;
    } catch (error) {
      throw this.#fail(error);
    }
  }
}

function before(a: Head, b: Head): boolean {
  return a.timestampNs < b.timestampNs || (a.timestampNs === b.timestampNs && a.rank < b.rank);
}

/** Moves the head at `index` down to its place in the heap. */
function sift(heads: Head[], index: number): void {
  for (;;) {
    const left = 2 * index + 1;
    let first = index;
    if (left < heads.length && before(heads[left]!, heads[first]!)) first = left;
    if (left + 1 < heads.length && before(heads[left + 1]!, heads[first]!)) first = left + 1;
    if (first === index) return;
    [heads[index], heads[first]] = [heads[first]!, heads[index]!];
    index = first;
  }
}
