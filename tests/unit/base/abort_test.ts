import assert from "node:assert/strict";
import { test } from "node:test";
import {
  abortable,
  anySignal,
  concat,
  delay,
  equalBytes,
  fromHex,
  fromUtf8,
  toHex,
  utf8,
} from "../../../src/base/mod.ts";

test("abortable settles as the promise, or rejects with the signal's reason", async () => {
  const stop = new AbortController();
  assert.equal(await abortable(Promise.resolve(1), stop.signal), 1);
  const waiting = abortable(new Promise(() => {}), stop.signal);
  stop.abort(new Error("stop"));
  await assert.rejects(waiting, /stop/);
  await assert.rejects(abortable(Promise.resolve(1), stop.signal), /stop/);
});

test("anySignal joins a signal and a deadline", async () => {
  assert.equal(anySignal(undefined, undefined), undefined);
  const stop = new AbortController();
  assert.equal(anySignal(stop.signal, undefined), stop.signal);
  const late = anySignal(stop.signal, 1)!;
  await assert.rejects(delay(10_000, late), (error: Error) => error.name === "TimeoutError");
});

test("byte helpers", () => {
  assert.equal(toHex(fromHex("00ff10")), "00ff10");
  assert.throws(() => fromHex("0g"), RangeError);
  assert.throws(() => fromUtf8(new Uint8Array([0xff])), TypeError);
  assert.equal(fromUtf8(utf8("\ufeffé")), "\ufeffé");
  assert.ok(equalBytes(concat([utf8("ab"), utf8(""), utf8("c")]), utf8("abc")));
  assert.ok(!equalBytes(utf8("ab"), utf8("ac")));
});
