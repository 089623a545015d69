/**
 * Queries, clusters and intersections of the official SDK 0.7.0 against the embedded server, beside what they should be.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type JsonObject, parseJson } from "../../src/base/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { pythonOf, runPython } from "../support/python.ts";

const python = pythonOf("MOSAICO_PYTHON");

test("the SDK finds what a search through the data finds", { skip: python.skip, timeout: 120_000 }, async () => {
  await using fx = await startEmbedded({ tcp: true });
  const printed = await runPython(python.path, "sdk_queries.py", ["--port", String(fx.server.port)]);
  const cases = printed.trim().split("\n").map((line) => parseJson(line) as JsonObject);
  const wrong = cases.filter(({ found, expected }) => {
    try {
      assert.deepEqual(found, expected);
      return false;
    } catch {
      return true;
    }
  });
  assert.deepEqual(wrong, [], `${wrong.length} of ${cases.length} cases differ`);
  assert.equal(new Set(cases.map((it) => it["case"])).size, cases.length, "a case is there twice");
  assert.ok(cases.length >= 150, `${cases.length} cases`);
  // Most cases find something, and not everything.
  const empty = cases.filter(({ expected }) => Object.keys(expected as JsonObject).length === 0).length;
  assert.ok(empty < cases.length / 4, `${empty} of ${cases.length} cases find nothing`);
  console.log(`the SDK asked ${cases.length} questions, ${empty} of them without an answer`);
});
