/**
 * Times of a batch: where one lies among them, which is first.
 *
 * @module
 */

/** A time as two numbers that order as it does: the upper 32 bits, signed, and the lower, unsigned. */
export interface SplitTime {
  /** Upper half. */
  high: number;
  /** Lower half. */
  low: number;
}

/** Index behind the last of the ascending `times`, from index `from` on, that is not after `endNs`. */
export function rowsUntil(times: BigInt64Array, from: number, endNs: bigint): number {
  let low = from;
  let high = times.length;
  if (low < high && times[high - 1]! <= endNs) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= endNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
