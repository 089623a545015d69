/**
 * Lengths of time and times on command lines.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { durationOf, isDuration, timeOf, UsageError } from "../../../src/cli/arguments.ts";
import { explanation } from "../../../src/cli/explanation.ts";
import { formatExactTime, formatSpan, table } from "../../../src/cli/output.ts";

test("lengths of time have a unit, or are nanoseconds", () => {
  const lengths: [text: string, ns: bigint][] = [
    ["0", 0n],
    ["15", 15n],
    ["15ns", 15n],
    ["1.5us", 1_500n],
    ["20ms", 20_000_000n],
    ["0.000000001s", 1n],
    ["2min", 120_000_000_000n],
    ["1.5h", 5_400_000_000_000n],
    ["0.9", 0n],
  ];
  for (const [text, ns] of lengths) {
    assert.equal(isDuration(text), true, text);
    assert.equal(durationOf("gap", text), ns, text);
  }
  for (const text of ["", "-1s", "1 s", "s", "1d", "1.s", "1e3", "1s1", "9".repeat(16), "1.0000000001s"]) {
    assert.equal(isDuration(text), false, text);
    assert.throws(() => durationOf("gap", text), UsageError, text);
  }
});

test("an exact time is read back to the nanosecond", () => {
  assert.equal(formatExactTime(0n), "1970-01-01T00:00:00Z");
  assert.equal(formatExactTime(1_700_000_000_000_000_001n), "2023-11-14T22:13:20.000000001Z");
  assert.equal(formatExactTime(1_500_000_000n), "1970-01-01T00:00:01.5Z");
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (time) => {
      assert.equal(timeOf("start", formatExactTime(time)), time);
    }),
    { seed: 3 },
  );
});

test("spans are short", () => {
  const spans: [ns: bigint, text: string][] = [
    [0n, "0 ns"],
    [999n, "999 ns"],
    [1_500n, "1.5 us"],
    [20_000_000n, "20.0 ms"],
    [2_795_000_000n, "2.795 s"],
    [86_400_000_000_000n, "86400 s"],
  ];
  for (const [ns, text] of spans) assert.equal(formatSpan(ns), text);
});

test("columns of numbers stand to the right, those with exponents too", () => {
  assert.deepEqual(table(["A", "B"], [["x", "1.5"], ["long", "-2.25e-7"]]), [
    "A            B",
    "x          1.5",
    "long  -2.25e-7",
  ]);
});

test("an explanation adds up", () => {
  const statistics = {
    ...{ topics: 3, topicsPruned: 1, chunks: 40, chunksPruned: 31, chunksByIndex: 5, rowsScanned: 4_096 },
    ...{ bytesStored: 80_000_000, bytesRead: 1_200_000, elapsedNs: 3_200_000n },
  };
  assert.deepEqual(explanation(statistics), [
    "answered in 3.2 ms: 3 topics, 1 ruled out as a whole",
    "40 chunks: 31 pruned, 5 answered by the index, 4 read",
    "4,096 rows looked at, 1.2 MB of 80.0 MB read (1.5 %)",
  ]);
  assert.match(explanation({ ...statistics, bytesStored: 0, bytesRead: 0 }).at(-1)!, /0 B of 0 B read$/);
  assert.deepEqual(explanation({ ...statistics, topics: 0 }), ["answered by names and metadata alone, in 3.2 ms"]);
});
