/**
 * How long things took, and how late the event loop is.
 *
 * @module
 */
import type { MosaicoClient } from "../../src/client/mod.ts";
import { percentile } from "../harness.ts";

/** Milliseconds since 1970, with fractions: the same in every process of the machine. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Waits. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Figures of `milliseconds`, named after `name`; none when there are no times. */
export function latencies(name: string, milliseconds: readonly number[]): Record<string, number> {
  if (milliseconds.length === 0) return {};
  return {
    [`${name}P50Ms`]: percentile(milliseconds, 0.5),
    [`${name}P99Ms`]: percentile(milliseconds, 0.99),
    [`${name}MaxMs`]: percentile(milliseconds, 1),
    [`${name}Count`]: milliseconds.length,
  };
}

/** Measures by how much a timer of 1 ms is late on this thread. */
export class LoopWatch {
  #lags: number[] = [];
  #watching: Promise<void> | undefined;
  #isOver = false;

  /** Begins. */
  start(): void {
    this.#lags = [];
    this.#isOver = false;
    this.#watching = this.#watch();
  }

  /** Ends; milliseconds of lateness, one each time the timer came. */
  async stop(): Promise<readonly number[]> {
    this.#isOver = true;
    await this.#watching;
    return this.#lags;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const asked = performance.now();
      await sleep(1);
      this.#lags.push(performance.now() - asked - 1);
    }
  }
}

/** A call of `listSequences`, in {@linkcode clock} time. */
export interface ListCall {
  /** When it was made. */
  readonly asked: number;
  /** When it was answered. */
  readonly answered: number;
}

/** Calls `listSequences` again and again, `pauseMs` after each answer, while `wanted`. */
export async function listAgainAndAgain(
  client: MosaicoClient,
  wanted: () => boolean,
  pauseMs = 5,
): Promise<ListCall[]> {
  const calls: ListCall[] = [];
  while (wanted()) {
    const asked = clock();
    await client.listSequences();
    calls.push({ asked, answered: clock() });
    await sleep(pauseMs);
  }
  return calls;
}

/** How long each took, milliseconds. */
export function timesOf(calls: readonly ListCall[]): number[] {
  return calls.map(({ asked, answered }) => answered - asked);
}
