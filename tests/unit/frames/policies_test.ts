/**
 * Policies, times and orders, by themselves.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { asOf, drop, hold, nearest } from "../../../src/frames/mod.ts";
import { countBefore, mergeOrder, relativeTimes } from "../../../src/frames/times.ts";

const GRID = Float64Array.of(0, 10, 20, 30, 40);
const TIMES = Float64Array.of(5, 7, 7, 30, 44);

test("hold, asOf and drop choose the last record before, if it is young enough", () => {
  assert.deepEqual([...hold().select(GRID, TIMES)], [-1, 2, 2, 3, 3]);
  assert.deepEqual([...asOf(13n).select(GRID, TIMES)], [-1, 2, 2, 3, 3]);
  assert.deepEqual([...asOf(12n).select(GRID, TIMES)], [-1, 2, -1, 3, 3]);
  assert.deepEqual([...asOf(0n).select(GRID, TIMES)], [-1, -1, -1, 3, -1]);
  assert.deepEqual([...drop(13n).select(GRID, TIMES)], [-1, 2, -1, 3, 3]);
  assert.deepEqual([...drop(14n).select(GRID, TIMES)], [-1, 2, 2, 3, 3]);
  assert.deepEqual([...hold().select(GRID, new Float64Array(0))], [-1, -1, -1, -1, -1]);
  assert.throws(() => asOf(-1n), RangeError);
  assert.throws(() => drop(0n), RangeError);
});

test("nearest looks both ways, and takes the earlier of two", () => {
  assert.deepEqual([...nearest(5n).select(GRID, TIMES)], [0, 2, -1, 3, 4]);
  assert.deepEqual([...nearest(4n).select(GRID, TIMES)], [-1, 2, -1, 3, 4]);
  assert.deepEqual([...nearest(3n).select(GRID, Float64Array.of(17, 23))], [-1, -1, 0, -1, -1]);
  assert.equal(nearest(3n).lookAheadNs, 3n);
  assert.throws(() => nearest(-1n), RangeError);
});

test("times become numbers exactly, up to 104 days", () => {
  const origin = fc.constantFrom(0n, -1n, 2n ** 32n - 5n, -(2n ** 32n), 1_700_000_000_123_456_789n, -(2n ** 60n));
  const offset = fc.bigInt(-(2n ** 53n) + 1n, 2n ** 53n - 1n);
  fc.assert(fc.property(origin, fc.array(offset), (originNs, offsets) => {
    offsets.sort((a, b) => (a < b ? -1 : 1));
    const times = BigInt64Array.from(offsets, (by) => originNs + by);
    assert.deepEqual([...relativeTimes(times, originNs)], offsets.map(Number));
  }));
  assert.throws(() => relativeTimes(BigInt64Array.of(0n, 2n ** 53n), 0n), /104 days/);
  assert.throws(() => relativeTimes(BigInt64Array.of(-(2n ** 63n), 0n), 0n), RangeError);
});

test("runs are merged as a stable sort would, and counted as a filter would", () => {
  const run = fc.array(fc.integer({ min: 0, max: 9 })).map((values) => Float64Array.from(values).sort());
  fc.assert(fc.property(fc.array(run, { maxLength: 9 }), (runs) => {
    const all = runs.flatMap((values) => [...values]);
    const expected = all.map((_, i) => i).sort((a, b) => all[a]! - all[b]! || a - b);
    assert.deepEqual([...mergeOrder(runs)], expected);
    const times = BigInt64Array.from(all.sort((a, b) => a - b), BigInt);
    for (const limit of [-1n, 0n, 4n, 10n]) {
      assert.equal(countBefore(times, limit), [...times].filter((time) => time < limit).length);
    }
  }));
});
