/**
 * A queue between one producer and one consumer, bounded by size.
 *
 * @module
 */

/** What a {@linkcode Queue} needs to know. */
export interface QueueOptions<T> {
  /** Sum of `sizeOf` above which `push` asks the producer to wait. */
  readonly capacity: number;
  /** Size of one entry. @default 1 for each */
  readonly sizeOf?: (entry: T) => number;
  /** Told when an entry has left the queue. */
  readonly onTaken?: (entry: T) => void;
}

/** Entries in order; ends by `close`, breaks by `fail`. Entries pushed before a failure are still delivered. */
export class Queue<T> implements AsyncIterable<T> {
  readonly #options: QueueOptions<T>;
  readonly #entries: T[] = [];
  #head = 0;
  #size = 0;
  #ended = false;
  #failure: { reason: unknown } | undefined;
  #reader: { resolve(entry: T | undefined): void; reject(reason: unknown): void } | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  /** Creates an empty queue. */
  constructor(options: QueueOptions<T>) {
    this.#options = options;
  }

  /** Whether nothing waits in it. */
  get isEmpty(): boolean {
    return this.#head === this.#entries.length;
  }

  /** Adds an entry. Answers `undefined` while there is room, else a promise of room; the entry is in either way. */
  push(entry: T): Promise<void> | undefined {
    if (this.#failure !== undefined || this.#ended) return undefined;
    if (this.#reader !== undefined) {
      const { resolve } = this.#reader;
      this.#reader = undefined;
      this.#options.onTaken?.(entry);
      resolve(entry);
      return undefined;
    }
    this.#entries.push(entry);
    this.#size += this.#options.sizeOf?.(entry) ?? 1;
    if (this.#size < this.#options.capacity) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** The next entry, at once if there is one. */
  tryTake(): T | undefined {
    if (this.isEmpty) return undefined;
    const entry = this.#entries[this.#head]!;
    this.#entries[this.#head++] = undefined as T;
    if (this.#head > 64 && this.#head * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
    this.#size -= this.#options.sizeOf?.(entry) ?? 1;
    if (this.#room !== undefined && this.#size < this.#options.capacity) {
      this.#room.resolve();
      this.#room = undefined;
    }
    this.#options.onTaken?.(entry);
    return entry;
  }

  /** The next entry, or `undefined` at the end. @throws the failure, after the entries before it. */
  take(): Promise<T | undefined> {
    const entry = this.tryTake();
    if (entry !== undefined) return Promise.resolve(entry);
    if (this.#failure !== undefined) return Promise.reject(this.#failure.reason);
    if (this.#ended) return Promise.resolve(undefined);
    if (this.#reader !== undefined) return Promise.reject(new TypeError("Cannot take: another take is under way"));
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    this.#reader = { resolve, reject };
    return promise;
  }

  /** Ends the queue: what is in it is still delivered. */
  close(): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#ended = true;
    this.#settle();
  }

  /** Breaks the queue with `reason`. */
  fail(reason: unknown): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#failure = { reason };
    this.#settle();
  }

  /** Entries until the end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (let entry = await this.take(); entry !== undefined; entry = await this.take()) yield entry;
  }

  #settle(): void {
    this.#room?.resolve();
    this.#room = undefined;
    const reader = this.#reader;
    this.#reader = undefined;
    if (this.#failure !== undefined) reader?.reject(this.#failure.reason);
    else reader?.resolve(undefined);
  }
}
