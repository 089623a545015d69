/**
 * The data layer: lanes opened when first needed, handed out to the topics in turn.
 *
 * @module
 */
import { abortable, MosaicoError, Semaphore } from "../../base/mod.ts";
import type { CodecStatus } from "../../codecs/mod.ts";
import type { Lane } from "./types.ts";

/** What a {@linkcode LanePool} is made of. */
export interface LanePoolOptions {
  /** Lanes at most. */
  readonly lanes: number;
  /** Bytes of batches that may be between the writers and the wire, over all topics. */
  readonly maxBytesInFlight: number;
  /** Connects the lane of a slot, 0 to `lanes - 1`. */
  readonly open: (slot: number, signal: AbortSignal) => Promise<Lane>;
}

/** What one lane is and does. */
export interface LaneStats {
  /** Where it encodes and sends; `undefined` before it is open. */
  readonly place: "worker" | "inline" | undefined;
  /** Why there, or why not yet. */
  readonly reason: string;
  /** Uploads and downloads under way. */
  readonly active: number;
  /** What its codecs run on, and why. Empty before it is open. */
  readonly codecs: readonly CodecStatus[];
}

/** Lanes of one client. */
export class LanePool {
  /** Credit for batches on their way up, first come first served. */
  readonly credit: Semaphore;
  readonly #options: LanePoolOptions;
  readonly #lanes: (Promise<Lane> | undefined)[];
  readonly #opened = new Map<Promise<Lane>, Lane>();
  readonly #closing = new AbortController();
  #turn = 0;

  /** Creates the pool; connects nothing. */
  constructor(options: LanePoolOptions) {
    this.#options = options;
    this.#lanes = new Array(options.lanes).fill(undefined);
    this.credit = new Semaphore(options.maxBytesInFlight);
  }

  /**
   * The next lane: round-robin while all are equally busy, else the least busy. A lane that failed to open, or was lost, is
   * opened again. Callers share the opening of a lane, so `signal` ends the waiting of this one alone.
   */
  async next(signal?: AbortSignal): Promise<Lane> {
    this.#closing.signal.throwIfAborted();
    signal?.throwIfAborted();
    const slot = this.#leastBusy();
    this.#forgetLost(slot);
    return await abortable(this.#lanes[slot] ??= this.#open(slot), signal);
  }

  /** What each lane is and does now. */
  stats(): LaneStats[] {
    return this.#lanes.map((opening) => {
      const lane = opening && this.#opened.get(opening);
      const closed = (reason: string): LaneStats => ({ place: undefined, reason, active: 0, codecs: [] });
      if (opening === undefined) return closed("no topic has needed it so far");
      if (lane === undefined) return closed("it is being opened");
      if (lane.isLost) return closed("it was lost; the next topic in turn opens it again");
      const { inWorker, reason, active, codecs } = lane;
      return { place: inWorker ? "worker" : "inline", reason, active, codecs };
    });
  }

  /** Closes every lane; what is under way fails. */
  async close(): Promise<void> {
    this.#closing.abort(new MosaicoError("session.closed", "Cannot open a data connection: the client is closed"));
    this.credit.fail(new MosaicoError("session.closed", "Cannot send: the client is closed"));
    const lanes = this.#lanes.splice(0).filter((lane) => lane !== undefined);
    await Promise.allSettled(lanes.map(async (lane) => await (await lane).close()));
  }

  #open(slot: number): Promise<Lane> {
    const opening = this.#options.open(slot, this.#closing.signal);
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
