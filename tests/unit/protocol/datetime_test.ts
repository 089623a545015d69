import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDatetime } from "../../../src/protocol/mod.ts";

test("parseDatetime() reads the forms of all servers", () => {
  const minute = Date.UTC(2026, 10, 22, 16, 53);
  const at = (ms: number, ns = 0n) => BigInt(ms) * 1_000_000n + ns;
  assert.equal(parseDatetime("2026-11-22 16:53 UTC"), at(minute));
  assert.equal(parseDatetime("2026-11-22 16:53:01 UTC"), at(minute + 1_000));
  assert.equal(parseDatetime("2026-11-22 16:53:01.000000007 UTC"), at(minute + 1_000, 7n));
  assert.equal(parseDatetime("2026-11-22T16:53:01.5Z"), at(minute + 1_500));
  assert.equal(parseDatetime("2026-11-22T18:53:00+02:00"), at(minute));
  assert.equal(parseDatetime("2026-11-22T16:53:00"), at(minute));
  for (const text of ["", "yesterday", "2026-11-22", "2026-13-22 16:53 UTC", "2026-11-22 16:53 CET"]) {
    assert.equal(parseDatetime(text), undefined, text);
  }
});
