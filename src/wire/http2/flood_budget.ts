/**
 * Protection from peers that make us work for nothing.
 *
 * @module
 */
import { connectionError, Http2ErrorCode } from "./errors.ts";

/** A budget of cheap-to-send frames: it refills with time and is earned back by useful traffic. */
export class FloodBudget {
  readonly #capacity: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #left: number;
  #refilledAt: number;

  /** Creates a full budget; `now` is a clock in milliseconds. */
  constructor(capacity: number, perSecond: number, now: () => number) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#left = capacity;
    this.#refilledAt = now();
  }

  /** Takes one off. @throws {Http2Error} ENHANCE_YOUR_CALM when nothing is left */
  spend(what: string): void {
    if (this.#left < 1) this.#refill();
    if (this.#left < 1) {
      throw connectionError(Http2ErrorCode.ENHANCE_YOUR_CALM, `the peer floods us with ${what}`);
    }
    this.#left--;
  }

  /** Gives some back. */
  earn(count: number): void {
    this.#left = Math.min(this.#capacity, this.#left + count);
  }

  /** Looks at the clock only when the budget is out, which comes to the same and costs nothing in between. */
  #refill(): void {
    const now = this.#now();
    this.#left = Math.min(this.#capacity, this.#left + (now - this.#refilledAt) / 1000 * this.#perSecond);
    this.#refilledAt = now;
  }
}
