/**
 * From the start of a stream to its end.
 *
 * @module
 */

/** A stream is over at its end, when its reader leaves, or by a failure, which every later read is told. */
export class StreamLifetime {
  readonly #release: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.fail(this.#signal!.reason);
  #isOver = false;
  #failure: { readonly reason: unknown } | undefined;

  /** Calls `release` once, when the stream is over: at once if `signal` has aborted, for that is a failure. */
  constructor(release: () => void, signal: AbortSignal | undefined) {
    this.#release = release;
    this.#signal = signal;
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort);
  }

  /** Whether it has ended, one way or another. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Ends without a failure. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#release();
  }

  /** Ends with a failure, unless it is over already. */
  fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#failure = { reason };
    this.end();
  }

  /** Throws what it failed with; does nothing otherwise. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
  }
}
