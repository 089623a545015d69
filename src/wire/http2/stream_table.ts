/**
 * Which streams are open, and what is remembered of those that were.
 *
 * @module
 */
import type { Stream } from "./stream.ts";

/** How a stream ended; it decides what a late frame means. */
export const Ending = {
  /** Both sides ended it: the peer must not use it again. */
  COMPLETE: 1,
  /** The peer reset it, and must not use it again. */
  RESET_BY_PEER: 2,
  /** We reset or refused it: frames that were on their way may still come. */
  RESET_HERE: 3,
} as const;

const REMEMBERED = 1024;

/**
 * The streams of a connection. All of them are opened by the client and have odd numbers, since pushes are refused.
 */
export class StreamTable {
  readonly #open = new Map<number, Stream>();
  readonly #ended = new Map<number, number>();
  #highestId = 0;

  /** Number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  /** Highest number used so far, refused ones included. */
  get highestId(): number {
    return this.#highestId;
  }

  /** The open streams. */
  values(): IterableIterator<Stream> {
    return this.#open.values();
  }

  /** The open stream of that number. */
  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  /** Whether a number was never used. Lower numbers that were left out count as used. */
  isIdle(id: number): boolean {
    return id > this.#highestId || (id & 1) === 0;
  }

  /** How a stream that is not open has ended; `undefined` when that is forgotten, or it was left out. */
  endingOf(id: number): number | undefined {
    return this.#ended.get(id);
  }

  /** Uses up a number that no stream gets. */
  refuse(id: number): void {
    this.#highestId = id;
    this.#remember(id, Ending.RESET_HERE);
  }

  /** Opens a stream under its number, the highest so far. */
  add(stream: Stream): void {
    this.#highestId = stream.id;
    this.#open.set(stream.id, stream);
  }

  /** Closes a stream. Answers whether it was open. */
  remove(stream: Stream, ending: number): boolean {
    if (!this.#open.delete(stream.id)) return false;
    this.#remember(stream.id, ending);
    return true;
  }

  #remember(id: number, ending: number): void {
    this.#ended.set(id, ending);
    if (this.#ended.size > REMEMBERED) this.#ended.delete(this.#ended.keys().next().value!);
  }
}
