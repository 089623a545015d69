/**
 * Runs of records.
 *
 * @module
 */
import type { TimeSpan } from "./types.ts";

/** Differences of times up to here are exact in a double. */
const EXACT_NS = 2n ** 53n;

/** Joins times in order into runs with no gap larger than a bound. */
export class RunFold {
  readonly #gapNs: bigint;
  readonly #ends: bigint[] = [];

  /** Runs without gaps above `gapNs`; 0 = one run of all. */
  constructor(gapNs: bigint) {
    this.#gapNs = gapNs;
  }

  /** Adds a run behind those before. */
  addRun(startNs: bigint, endNs: bigint): void {
    const last = this.#ends.length - 1;
    if (last >= 0 && joins(this.#ends[last]!, startNs, this.#gapNs)) this.#ends[last] = endNs;
    else this.#ends.push(startNs, endNs);
  }

  /** Adds the rows `[from, to)` that `mask` has, or all of them. */
  addRows(times: BigInt64Array, mask: Uint8Array | undefined, from: number, to: number): void {
    if (this.#gapNs === 0n) {
      const first = mask === undefined ? from : mask.indexOf(1, from);
      if (first < 0 || first >= to) return;
      return this.addRun(times[first]!, times[mask === undefined ? to - 1 : mask.lastIndexOf(1, to - 1)]!);
    }
    if (this.#gapNs >= EXACT_NS) {
      for (let row = from; row < to; row++) {
        if (mask === undefined || mask[row] === 1) this.addRun(times[row]!, times[row]!);
      }
      return;
    }
    // Differences of words, for times as BigInt take ten times as long.
    const words = new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
    const gap = Number(this.#gapNs);
    let start = -1, end = -1;
    let low = 0, high = 0;
    for (let row = from; row < to; row++) {
      if (mask !== undefined && mask[row] === 0) continue;
      const nextLow = words[2 * row]! >>> 0, nextHigh = words[2 * row + 1]!;
      if (start < 0) start = row;
      else if ((nextHigh - high) * 0x1_0000_0000 + (nextLow - low) > gap) {
        this.addRun(times[start]!, times[end]!);
        start = row;
      }
      low = nextLow;
      high = nextHigh;
      end = row;
    }
    if (start >= 0) this.addRun(times[start]!, times[end]!);
  }

  /** The runs so far, start and end in turns. */
  finish(): BigInt64Array {
    return BigInt64Array.from(this.#ends);
  }
}

/** Whether a run that ends at `endNs` goes on at `startNs`. */
export function joins(endNs: bigint, startNs: bigint, gapNs: bigint): boolean {
  return gapNs === 0n || startNs - endNs <= gapNs;
}

/** Joins the runs of neighbouring parts of a topic. */
export async function* joinRuns(
  parts: AsyncIterable<BigInt64Array>,
  gapNs: bigint,
): AsyncGenerator<TimeSpan, void, void> {
  let run: { startNs: bigint; endNs: bigint } | undefined;
  for await (const ends of parts) {
    for (let i = 0; i < ends.length; i += 2) {
      const startNs = ends[i]!, endNs = ends[i + 1]!;
      if (run !== undefined && joins(run.endNs, startNs, gapNs)) {
        run.endNs = endNs;
        continue;
      }
      if (run !== undefined) yield run;
      run = { startNs, endNs };
    }
  }
  if (run !== undefined) yield run;
}
