import assert from "node:assert/strict";
import { test } from "node:test";
import { Semaphore } from "../../../src/base/mod.ts";

test("Semaphore grants in the order of asking, not by size", async () => {
  const semaphore = new Semaphore(10);
  await semaphore.acquire(8);
  const order: string[] = [];
  const big = semaphore.acquire(9).then(() => order.push("big"));
  const small = semaphore.acquire(1).then(() => order.push("small"));
  assert.equal(semaphore.tryAcquire(1), false); // two are waiting already
  semaphore.release(8);
  await Promise.all([big, small]);
  assert.deepEqual(order, ["big", "small"]);
  assert.equal(semaphore.free, 0);
});

test("Semaphore counts more than its capacity as its capacity", async () => {
  const semaphore = new Semaphore(4);
  await semaphore.acquire(100);
  assert.equal(semaphore.free, 0);
  semaphore.release(100);
  assert.equal(semaphore.free, 4);
});

test("Semaphore lets go of an aborted waiter and serves the next", async () => {
  const semaphore = new Semaphore(2);
  await semaphore.acquire(1);
  const stop = new AbortController();
  const aborted = semaphore.acquire(2, stop.signal);
  const next = semaphore.acquire(1);
  stop.abort(new Error("enough"));
  await assert.rejects(aborted, /enough/);
  await next;
  assert.equal(semaphore.free, 0);
  await assert.rejects(semaphore.acquire(1, stop.signal), /enough/);
});

test("Semaphore.fail rejects who waits and who comes later", async () => {
  const semaphore = new Semaphore(1);
  await semaphore.acquire(1);
  const waiting = semaphore.acquire(1);
  semaphore.fail(new Error("gone"));
  await assert.rejects(waiting, /gone/);
  await assert.rejects(semaphore.acquire(1), /gone/);
});

test("Semaphore refuses a capacity that grants nothing", () => {
  assert.throws(() => new Semaphore(0), RangeError);
  assert.throws(() => new Semaphore(NaN), RangeError);
});
