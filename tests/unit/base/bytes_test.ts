import assert from "node:assert/strict";
import { test } from "node:test";
import { concatNumbers } from "../../../src/base/mod.ts";

test("concatNumbers() puts the parts behind one another; a single one is not copied", () => {
  assert.deepEqual(
    concatNumbers([Float64Array.of(1, 2), new Float64Array(0), Float64Array.of(3)]),
    Float64Array.of(1, 2, 3),
  );
  assert.deepEqual(concatNumbers([]), new Float64Array(0));
  const only = Float64Array.of(4);
  assert.equal(concatNumbers([only]), only);
});
