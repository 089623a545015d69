import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageMemory } from "../../../../src/wire/grpc/message_memory.ts";
import { serve } from "./support.ts";

const KIB = 1024;
const MIB = KIB * KIB;

/** Memory of a call under way. */
function inUse(): MessageMemory {
  const memory = new MessageMemory();
  memory.callBegins();
  return memory;
}

/** Lets bytes of `size`, all of `value`, go through `memory`; answers a view of them. */
function fill(memory: MessageMemory, size: number, value: number): Uint8Array {
  return memory.allocate(size).fill(value);
}

/**
 * Capacity of the memory that a message of `size`, a multiple of 64, gets: its size, when the memory is new. What lies in it
 * says nothing, for new memory may hold anything.
 */
function capacityFor(memory: MessageMemory, size: number): number {
  return memory.allocate(size).buffer.byteLength;
}

test("memory that was given back is used again, and its earlier views are empty", () => {
  const memory = inUse();
  const first = fill(memory, 100_000, 7);
  const kept = [first, first.subarray(10, 20), new Float64Array(first.buffer, 0, 10)];
  const { buffer } = first;
  memory.release(first);
  assert.deepEqual(kept.map((view) => view.length), [0, 0, 0]);
  const second = memory.allocate(100_000);
  assert.ok(second.every((byte) => byte === 7), "the same memory");
  second.fill(9);
  assert.deepEqual(kept.map((view) => view.length), [0, 0, 0]);
  assert.equal(buffer.byteLength, 0);
  assert.equal(kept[1]![0], undefined);
});

test("memory that was not given back belongs to its reader for good", () => {
  const memory = inUse();
  const messages = Array.from({ length: 20 }, (_, i) => fill(memory, 100_000, i));
  for (const [i, message] of messages.entries()) if (i % 2 === 1) memory.release(message);
  for (let i = 0; i < 20; i++) fill(memory, 100_000, 99);
  for (const [i, message] of messages.entries()) {
    assert.ok(i % 2 === 1 ? message.length === 0 : message.every((byte) => byte === i), `message ${i}`);
  }
});

test("what is before a message in used memory is cleared", () => {
  const memory = inUse();
  memory.release(fill(memory, 128 * KIB, 7));
  const next = memory.allocate(120 * KIB + 5).fill(1);
  assert.equal(next.buffer.byteLength, 128 * KIB, "the same memory");
  assert.equal((next.byteOffset + next.byteLength) % 64, 0);
  assert.ok(new Uint8Array(next.buffer, 0, next.byteOffset).every((byte) => byte === 0));
});

test("the smallest memory that fits is used, but none that is far too large", () => {
  const memory = inUse();
  const sizes = [100 * KIB, 115 * KIB, 110 * KIB, 300 * KIB];
  for (const message of sizes.map((size) => memory.allocate(size))) memory.release(message);
  const wanted = [105, 105, 105, 250, 250, 100].map((kibibytes) => capacityFor(memory, kibibytes * KIB) / KIB);
  assert.deepEqual(wanted, [110, 115, 105, 300, 250, 100]);
});

test("of memory of one size, the last that was given back is used first", () => {
  const memory = inUse();
  for (const message of [1, 2, 3].map((value) => fill(memory, 100 * KIB, value))) memory.release(message);
  assert.deepEqual([3, 2, 1].map(() => memory.allocate(100 * KIB)[0]), [3, 2, 1]);
});

test("at most 32 MiB are kept, the latest", () => {
  const memory = inUse();
  const sizes = Array.from({ length: 40 }, (_, i) => MIB + 64 * (i + 1));
  for (const message of sizes.map((size) => memory.allocate(size))) memory.release(message);
  const reused = sizes.map(() => capacityFor(memory, MIB)).filter((capacity) => capacity > MIB);
  assert.deepEqual(reused, sizes.slice(-31), "32 of them would be a little over");
  const large = memory.allocate(33 * MIB);
  memory.release(large);
  assert.equal(large.length, 0, "let go of");
  assert.equal(capacityFor(memory, 32 * MIB), 32 * MIB);
});

test("nothing is kept without calls", () => {
  const memory = new MessageMemory();
  memory.callBegins();
  memory.callBegins();
  memory.release(memory.allocate(MIB + 64));
  memory.callEnds();
  assert.equal(capacityFor(memory, MIB), MIB + 64);
  memory.release(memory.allocate(MIB + 64));
  memory.callEnds();
  const late = memory.allocate(MIB + 64);
  memory.release(late);
  assert.equal(late.length, 0);
  assert.equal(capacityFor(memory, MIB), MIB);
});

test("memory that has gone to another thread, or came back already, is left alone", () => {
  const memory = inUse();
  const sent = fill(memory, MIB + 64, 7);
  const moved = structuredClone(sent, { transfer: [sent.buffer as ArrayBuffer] });
  memory.release(sent);
  assert.equal(capacityFor(memory, MIB), MIB);
  assert.ok(moved.every((byte) => byte === 7));
  const released = memory.allocate(MIB + 64);
  memory.release(released);
  memory.release(released);
  assert.deepEqual([capacityFor(memory, MIB), capacityFor(memory, MIB)], [MIB + 64, MIB], "only once");
});

test("calls receive into what was given back, both ways, and never into what was not", async () => {
  const count = 12;
  let reused = 0;
  await using fx = await serve({
    Echo: async (call) => {
      const kept: Uint8Array[] = [];
      for (let message = await call.take(); message !== undefined; message = await call.take()) {
        const room = call.send([message.slice()]);
        if (room !== undefined) await room;
        if (message[0]! % 3 === 0) kept.push(message);
        else call.release(message);
      }
      assert.deepEqual(kept.map((message) => message.at(-1)), kept.map((message) => message[0]));
    },
  });
  const call = fx.channel.call("/test.Test/Echo");
  const kept: { readonly message: Uint8Array; readonly i: number }[] = [];
  for (let i = 0; i < count; i++) {
    call.send([new Uint8Array(200_000 - 100 * i).fill(i)]);
    const message = (await call.take())!;
    assert.deepEqual([message.length, message[0], message.at(-1)], [200_000 - 100 * i, i, i]);
    if (message.buffer.byteLength > Math.ceil(message.length / 64) * 64) reused++;
    if (i % 3 === 0) kept.push({ message, i });
    else call.release(message);
  }
  call.closeSend();
  assert.equal(await call.take(), undefined);
  for (const { message, i } of kept) assert.ok(message.every((byte) => byte === i), `message ${i}`);
  assert.equal(kept.length, 4);
  assert.ok(reused > 0);
});
