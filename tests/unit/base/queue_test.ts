import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue } from "../../../src/base/mod.ts";

test("Queue delivers entries in order and ends", async () => {
  const queue = new Queue<number>({ capacity: 10 });
  for (const entry of [1, 2, 3]) assert.equal(queue.push(entry), undefined);
  queue.close();
  const taken: number[] = [];
  for await (const entry of queue) taken.push(entry);
  assert.deepEqual(taken, [1, 2, 3]);
  assert.equal(await queue.take(), undefined);
});

test("Queue.push asks to wait once the capacity is reached, and room comes with taking", async () => {
  const queue = new Queue<string>({ capacity: 4, sizeOf: (text) => text.length });
  assert.equal(queue.push("abc"), undefined);
  const room = queue.push("defg");
  assert.ok(room instanceof Promise);
  let free = false;
  room.then(() => free = true);
  assert.equal(queue.tryTake(), "abc");
  await Promise.resolve();
  assert.equal(free, false); // four bytes still fill it
  assert.equal(await queue.take(), "defg");
  await room;
});

test("Queue hands an entry straight to a waiting reader and tells that it left", async () => {
  const left: number[] = [];
  const queue = new Queue<number>({ capacity: 1, onTaken: (entry) => left.push(entry) });
  const reading = queue.take();
  assert.equal(queue.push(7), undefined);
  assert.equal(await reading, 7);
  assert.deepEqual(left, [7]);
});

test("Queue delivers what came before a failure, then fails", async () => {
  const queue = new Queue<number>({ capacity: 1 });
  const room = queue.push(1);
  queue.fail(new Error("cut"));
  await room; // nobody waits for ever
  assert.equal(await queue.take(), 1);
  await assert.rejects(queue.take(), /cut/);
});

test("Queue stays correct over many entries", async () => {
  const queue = new Queue<number>({ capacity: 1e9 });
  let next = 0;
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 50; i++) queue.push(round * 50 + i);
    for (let i = 0; i < 49; i++) assert.equal(queue.tryTake(), next++);
  }
  while (!queue.isEmpty) assert.equal(await queue.take(), next++);
  assert.equal(next, 5000);
});

test("Queue refuses a second reader", async () => {
  const queue = new Queue<number>({ capacity: 1 });
  const first = queue.take();
  await assert.rejects(queue.take(), TypeError);
  queue.close();
  assert.equal(await first, undefined);
});
