/**
 * Flow control of what we receive (RFC 9113 section 5.2).
 *
 * @module
 */

/** The window of a stream or of the connection, as the peer sees it. */
export class ReceiveWindow {
  /** Its size. */
  readonly bytes: number;
  /** What the peer may still send. */
  #open: number;
  /** Consumed, and not announced yet. */
  #consumed = 0;

  /** Creates a window, fully open. */
  constructor(bytes: number) {
    this.bytes = bytes;
    this.#open = bytes;
  }

  /** Accounts received bytes. Answers whether the peer was allowed to send them. */
  receive(byteCount: number): boolean {
    if (byteCount > this.#open) return false;
    this.#open -= byteCount;
    return true;
  }

  /** Accounts bytes no longer held. Answers the increment to announce now, or 0: small ones are put together. */
  consume(byteCount: number): number {
    this.#consumed += byteCount;
    if (2 * this.#consumed < this.bytes) return 0;
    const increment = this.#consumed;
    this.#open += increment;
    this.#consumed = 0;
    return increment;
  }
}
