import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDatetime, parseDatetime } from "../../../src/protocol/mod.ts";

test("formatDatetime() writes microseconds, rounded down", () => {
  assert.equal(formatDatetime(0n), "1970-01-01 00:00:00.000000 UTC");
  assert.equal(formatDatetime(1_795_361_401_934_985_679n), "2026-11-22 15:30:01.934985 UTC");
  assert.equal(formatDatetime(-1n), "1969-12-31 23:59:59.999999 UTC");
});

test("parseDatetime() reads what formatDatetime() writes", () => {
  for (const timeNs of [0n, 1_795_361_401_934_985_000n, -1_000n]) {
    assert.equal(parseDatetime(formatDatetime(timeNs)), timeNs);
  }
});

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
