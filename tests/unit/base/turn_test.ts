import assert from "node:assert/strict";
import { test } from "node:test";
import { giveWay } from "../../../src/base/mod.ts";

test("giveWay() lets timers in while a stream never pauses", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const end = performance.now() + 100;
  while (performance.now() < end) {
    for (const busy = performance.now() + 1; performance.now() < busy;);
    await giveWay();
  }
  clearInterval(timer);
  assert.ok(ticks >= 3, `${ticks} ticks of a timer in 100 ms`);
});

test("giveWay() asks nothing of a short stream", async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  let room = giveWay();
  while (room !== undefined) await room.then(() => room = giveWay()); // whatever ran before
  assert.equal(giveWay(), undefined);
});
