/**
 * Reading CPU profiles.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { selfTimes } from "../../../bench/profile.ts";

test("self time is summed by function, without waiting", () => {
  const node = (id: number, functionName: string, url = "", lineNumber = 0) => ({
    id,
    callFrame: { functionName, url, lineNumber },
  });
  const here = new URL("../../../src/base/bytes.ts", import.meta.url).href;
  const nodes = [
    node(1, "(idle)"),
    node(2, "copy", here, 4),
    node(3, "copy", here, 4),
    node(4, "", "ext:core/x.js", 9),
  ];
  const times = selfTimes({ nodes, samples: [2, 1, 3, 4, 2], timeDeltas: [10, 1000, 20, 5, 30] });
  assert.deepEqual([...times], [["copy src/base/bytes.ts:5", 60], ["(anonymous) ext:core/x.js:10", 5]]);
  const withGap = selfTimes({ nodes, samples: [2, 4, 3], timeDeltas: [10, 5000, 10] });
  assert.deepEqual([...withGap.values()], [20, 30], "a gap is not the time of the function after it");
});
