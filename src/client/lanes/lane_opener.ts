/**
 * Where a new lane runs: in a Worker where that is asked for and possible, on the caller's thread otherwise.
 *
 * @module
 */
import { connectFlight } from "../../wire/flight/mod.ts";
import type { Network } from "../../wire/net/mod.ts";
import { InlineLane } from "./inline_lane.ts";
import { type LaneCodecs, loadLaneCodecs } from "./lane_codecs.ts";
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
  /** Of the lanes on this thread. */
  #codecs: Promise<LaneCodecs> | undefined;

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
    const { network, start, workers, ...settings } = this.#options;
    const cancellation = signal === undefined ? {} : { signal };
    if (slot < workers && this.#inlineReason === undefined) {
      try {
        return await WorkerLane.open(settings, { ...cancellation, ...(start && { start }) });
      } catch (error) {
        if (!(error instanceof WorkerUnavailableError)) throw error;
        this.#inlineReason = error.message;
      }
    }
    const { address, timeoutMs } = settings;
    const codecs = this.codecs();
    const flight = await connectFlight({ ...address, ...(network && { network }) }, { timeoutMs, ...cancellation });
    return new InlineLane(flight, await codecs, this.#inlineReason ?? asked(workers));
  }

  /** Codecs of the lanes on the caller's thread. Lanes in Workers have their own, found in the same way. */
  codecs(): Promise<LaneCodecs> {
    const { nativeCodecs = true } = this.#options;
    return this.#codecs ??= loadLaneCodecs({ nativeCodecs });
  }
}

function asked(workers: number): string {
  if (workers === 0) return "no lane was to run in a Worker";
  return workers === 1 ? "1 lane was to run in a Worker" : `${workers} lanes were to run in Workers`;
}
