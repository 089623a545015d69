/**
 * Which topic is next.
 *
 * @module
 */
import type { SplitTime } from "./times.ts";
import type { TopicStreamer } from "./topic_streamer.ts";

/** A topic that has a next message. Its time is two numbers: bigints take several times longer to compare. */
export interface Head extends SplitTime {
  /** The topic. */
  readonly streamer: TopicStreamer<unknown>;
  /** Position among the topics; decides ties. */
  readonly rank: number;
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

  /** The message of the first topic was taken, and its head has the time of the next: moves it to its place. */
  sinkFirst(): void {
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

  /** Takes the first topic out. */
  removeFirst(): Head {
    const first = this.#heads[0]!;
    const last = this.#heads.pop()!;
    if (last !== first) {
      this.#heads[0] = last;
      this.sinkFirst();
    }
    return first;
  }

  /** Takes all topics out, in no order. */
  takeAll(): Head[] {
    return this.#heads.splice(0);
  }
}

function before(a: Head, b: Head): boolean {
  if (a.high !== b.high) return a.high < b.high;
  if (a.low !== b.low) return a.low < b.low;
  return a.rank < b.rank;
}
