/**
 * The data layer: lanes opened when first needed, handed out to the topics in turn.
 *
 * @module
 */
import { MosaicoError, Semaphore } from "../../base/mod.ts";
import type { Lane } from "./types.ts";

/** What a {@linkcode LanePool} is made of. */
export interface LanePoolOptions {
  /** Lanes at most. */
  readonly lanes: number;
  /** Bytes of batches that may be between the writers and the wire, over all topics. */
  readonly maxBytesInFlight: number;
  /** Connects the lane of a slot, 0 to `lanes - 1`. */
  readonly open: (slot: number, signal?: AbortSignal) => Promise<Lane>;
}

/** Lanes of one client. */
export class LanePool {
  /** Credit for batches on their way up, first come first served. */
  readonly credit: Semaphore;
  readonly #options: LanePoolOptions;
  readonly #lanes: (Promise<Lane> | undefined)[];
  readonly #opened = new Map<Promise<Lane>, Lane>();
  #turn = 0;
  #closed = false;

  /** Creates the pool; connects nothing. */
  constructor(options: LanePoolOptions) {
    this.#options = options;
    this.#lanes = new Array(options.lanes).fill(undefined);
    this.credit = new Semaphore(options.maxBytesInFlight);
  }

  /** The next lane: round-robin while all are equally busy, else the least busy. A lane that failed to open, or was lost, is opened again. */
  async next(signal?: AbortSignal): Promise<Lane> {
    if (this.#closed) throw new MosaicoError("session.closed", "Cannot open a data connection: the client is closed");
    const slot = this.#leastBusy();
    this.#forgetLost(slot);
    return await (this.#lanes[slot] ??= this.#open(slot, signal));
  }

  /** Closes every lane; what is under way fails. */
  async close(): Promise<void> {
    this.#closed = true;
    this.credit.fail(new MosaicoError("session.closed", "Cannot send: the client is closed"));
    const lanes = this.#lanes.splice(0).filter((lane) => lane !== undefined);
    await Promise.allSettled(lanes.map(async (lane) => await (await lane).close()));
  }

  #open(slot: number, signal?: AbortSignal): Promise<Lane> {
    const opening = this.#options.open(slot, signal);
    opening.then((lane) => this.#opened.set(opening, lane), () => this.#lanes[slot] = undefined);
    return opening;
  }

  #forgetLost(slot: number): void {
    const opening = this.#lanes[slot];
    if (opening === undefined || this.#opened.get(opening)?.isLost !== true) return;
    this.#opened.delete(opening);
    this.#lanes[slot] = undefined;
  }

  #leastBusy(): number {
    const count = this.#lanes.length;
    let best = this.#turn % count;
    for (let step = 0; step < count; step++) {
      const slot = (this.#turn + step) % count;
      if (this.#activeIn(slot) < this.#activeIn(best)) best = slot;
    }
    this.#turn = best + 1;
    return best;
  }

  #activeIn(slot: number): number {
    const lane = this.#lanes[slot];
    return lane === undefined ? 0 : this.#opened.get(lane)?.active ?? 1;
  }
}
