/**
 * Which record of a topic stands for a moment.
 *
 * @module
 */

/** Chooses a record for each point of a time grid. Times are nanoseconds after the grid's origin. */
export interface SyncPolicy {
  /** How far behind a point a record may be that is chosen for it. @default 0n */
  readonly lookAheadNs?: bigint;
  /**
   * For each point of `grid` the index of the chosen record, or -1 for none.
   *
   * @param grid Ascending. *Borrowed.*
   * @param times Times of the records, ascending: the last one at or before the first point, if there is one, and those
   * behind it, up to `lookAheadNs` after the last point or further. *Borrowed.*
   */
  select(grid: Float64Array, times: Float64Array): Int32Array;
}

/** The last record at or before a point, however old. */
export function hold(): SyncPolicy {
  return { select: lastBefore };
}

/** The last record at or before a point, if it is no older than `toleranceNs`. */
export function asOf(toleranceNs: bigint): SyncPolicy {
  const tolerance = requirePositive("toleranceNs", toleranceNs, 0n);
  return { select: (grid, times) => withoutOld(grid, times, (age) => age <= tolerance) };
}

/** The last record at or before a point, if it is younger than `stepNs`. */
export function drop(stepNs: bigint): SyncPolicy {
  const step = requirePositive("stepNs", stepNs, 1n);
  return { select: (grid, times) => withoutOld(grid, times, (age) => age < step) };
}

/** The record nearest to a point, before or behind it, if it is no further than `toleranceNs`; the earlier one of two. */
export function nearest(toleranceNs: bigint): SyncPolicy {
  const tolerance = requirePositive("toleranceNs", toleranceNs, 0n);
  return {
    lookAheadNs: toleranceNs,
    select: (grid, times) => {
      const chosen = lastBefore(grid, times);
      for (let i = 0; i < grid.length; i++) {
        const before = chosen[i]!;
        const age = before < 0 ? Infinity : grid[i]! - times[before]!;
        const ahead = before + 1 < times.length ? times[before + 1]! - grid[i]! : Infinity;
        if (Math.min(age, ahead) > tolerance) chosen[i] = -1;
        else if (ahead < age) chosen[i] = before + 1;
      }
      return chosen;
    },
  };
}

function lastBefore(grid: Float64Array, times: Float64Array): Int32Array {
  const chosen = new Int32Array(grid.length);
  let next = 0;
  for (let i = 0; i < grid.length; i++) {
    while (next < times.length && times[next]! <= grid[i]!) next++;
    chosen[i] = next - 1;
  }
  return chosen;
}

function withoutOld(grid: Float64Array, times: Float64Array, isFresh: (ageNs: number) => boolean): Int32Array {
  const chosen = lastBefore(grid, times);
  for (let i = 0; i < grid.length; i++) {
    if (chosen[i]! >= 0 && !isFresh(grid[i]! - times[chosen[i]!]!)) chosen[i] = -1;
  }
  return chosen;
}

function requirePositive(name: string, value: bigint, least: bigint): number {
  if (value >= least) return Number(value);
  throw new RangeError(`Cannot make the policy: ${name} is ${value}, expected ${least} or more`);
}
