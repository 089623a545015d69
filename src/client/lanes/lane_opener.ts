/**
 * Where a new lane runs: in a Worker where that is asked for and possible, on the caller's thread otherwise.
 *
 * @module
 */
import { connectFlight } from "../../wire/flight/mod.ts";
import type { Network } from "../../wire/net/mod.ts";
import { InlineLane } from "./inline_lane.ts";
import type { Lane } from "./types.ts";
import { WorkerLane, WorkerUnavailableError } from "./worker_lane.ts";
import type { LaneSettings } from "./worker_messages.ts";

/** What a {@linkcode LaneOpener} is made of. */
export interface LaneOpenerOptions extends LaneSettings {
  /** How many lanes run in Workers. */
  readonly workers: number;
  /** A network of the caller's own: lanes that use it are inline, for it cannot be posted to a Worker. */
  readonly network?: Network;
  /** Starts a Worker. @default the package's own */
  readonly start?: () => Worker;
}

/** Opens the lanes of one client. */
export class LaneOpener {
  readonly #options: LaneOpenerOptions;
  #inlineReason: string | undefined;

  /** Opens nothing yet. */
  constructor(options: LaneOpenerOptions) {
    this.#options = options;
    if (options.workers > 0 && options.network !== undefined) {
      this.#inlineReason = "the client has a network of its own, which cannot be posted to a Worker";
    }
  }

  /** Why lanes that were to run in Workers run inline; `undefined` while none does. */
  get inlineReason(): string | undefined {
    return this.#inlineReason;
  }

  /** Opens lane number `slot`. @throws {ConnectionError} when the server cannot be reached */
  async open(slot: number, signal?: AbortSignal): Promise<Lane> {
    const { address, timeoutMs, workers, network, start } = this.#options;
    const cancellation = signal === undefined ? {} : { signal };
    if (slot < workers && this.#inlineReason === undefined) {
      try {
        return await WorkerLane.open({ address, timeoutMs }, { ...cancellation, ...(start && { start }) });
      } catch (error) {
        if (!(error instanceof WorkerUnavailableError)) throw error;
        this.#inlineReason = error.message;
      }
    }
    const flight = await connectFlight({ ...address, ...(network && { network }) }, { timeoutMs, ...cancellation });
    return new InlineLane(flight);
  }
}
