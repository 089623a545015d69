/**
 * Which topic is next.
 *
 * @module
 */
import type { TopicStreamer } from "./topic_streamer.ts";

/** A topic that has a next message. */
export interface Head {
  /** The topic. */
  readonly streamer: TopicStreamer<unknown>;
  /** Position among the topics; decides ties. */
  readonly rank: number;
  /** Time of its next message. */
  timestampNs: bigint;
}

/** A binary heap of topics, the one with the earliest message first. */
export class MergeHeap {
  readonly #heads: Head[] = [];

  /** The topic that is next; `undefined` when there is none. */
  get first(): Head | undefined {
    return this.#heads[0];
  }

  /** Adds a topic. */
  add(head: Head): void {
    const heads = this.#heads;
    let index = heads.push(head) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!before(head, heads[parent]!)) break;
      heads[index] = heads[parent]!;
      index = parent;
    }
    heads[index] = head;
  }

  /** The message of the first topic was taken: its next is at `timestampNs`. */
  replaceFirst(timestampNs: bigint): void {
    this.#heads[0]!.timestampNs = timestampNs;
    this.#sink();
  }

  /** Takes the first topic out. */
  removeFirst(): Head {
    const first = this.#heads[0]!;
    const last = this.#heads.pop()!;
    if (last !== first) {
      this.#heads[0] = last;
      this.#sink();
    }
    return first;
  }

  /** Takes all topics out, in no order. */
  takeAll(): Head[] {
    return this.#heads.splice(0);
  }

  /** Moves the first head down to its place. */
  #sink(): void {
    const heads = this.#heads;
    const head = heads[0]!;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heads.length) break;
      if (child + 1 < heads.length && before(heads[child + 1]!, heads[child]!)) child++;
      if (!before(heads[child]!, head)) break;
      heads[index] = heads[child]!;
      index = child;
    }
    heads[index] = head;
  }
}

function before(a: Head, b: Head): boolean {
  return a.timestampNs < b.timestampNs || (a.timestampNs === b.timestampNs && a.rank < b.rank);
}
