/**
 * Times as numbers, and their order.
 *
 * @module
 */

/** Below this, numbers count nanoseconds exactly: 104 days. */
const EXACT_NS = 2 ** 53;

/**
 * `times` as nanoseconds after `originNs`. Returns a copy.
 *
 * @throws {RangeError} when one is 104 days or more away
 */
export function relativeTimes(times: BigInt64Array, originNs: bigint): Float64Array {
  const relative = new Float64Array(times.length);
  if (times.length === 0) return relative;
  for (const time of [times[0]!, times[times.length - 1]!]) {
    if (Math.abs(Number(time - originNs)) < EXACT_NS) continue;
    throw new RangeError(`Cannot use time ${time}: it is 104 days or more from ${originNs}, where the first one is`);
  }
  // Halves instead of bigints, each of which would be an object.
  const halves = new Uint32Array(times.buffer, times.byteOffset, 2 * times.length);
  const origin = new Uint32Array(BigInt64Array.of(originNs).buffer);
  const originLow = origin[0]!;
  const originHigh = origin[1]! | 0;
  for (let i = 0; i < relative.length; i++) {
    relative[i] = ((halves[2 * i + 1]! | 0) - originHigh) * 2 ** 32 + (halves[2 * i]! - originLow);
  }
  return relative;
}

/** Behind the last of the ascending `times` that is before `limit`. */
export function countBefore(times: BigInt64Array, limit: bigint): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Order of all elements of several ascending `runs`, numbered through: element `i` of run `k` has the number
 * `start of k + i`. Equal ones keep the order of their numbers.
 */
export function mergeOrder(runs: readonly Float64Array[]): Uint32Array {
  const total = runs.reduce((sum, run) => sum + run.length, 0);
  const values = new Float64Array(total);
  let order = new Uint32Array(total).map((_, i) => i);
  let ends: number[] = [];
  for (const run of runs) {
    const start = ends.at(-1) ?? 0;
    values.set(run, start);
    ends.push(start + run.length);
  }
  for (let target = new Uint32Array(total); ends.length > 1; [order, target] = [target, order]) {
    const merged: number[] = [];
    for (let k = 0; k < ends.length; k += 2) {
      const middle = ends[k]!;
      const end = ends[k + 1] ?? middle;
      merge(values, order, target, ends[k - 1] ?? 0, middle, end);
      merged.push(end);
    }
    ends = merged;
  }
  return order;
}

function merge(
  values: Float64Array,
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
): void {
  let a = start;
  let b = middle;
  for (let at = start; at < end; at++) {
    const takesA = a < middle && (b >= end || values[from[a]!]! <= values[from[b]!]!);
    to[at] = takesA ? from[a++]! : from[b++]!;
  }
}
