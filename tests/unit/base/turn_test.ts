import assert from "node:assert/strict";
import { test } from "node:test";
import { giveWay } from "../../../src/base/mod.ts";

test("giveWay() lets timers in while a stream never pauses", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const end = performance.now() + 100;
  while (performance.now() < end) {
    for (const busy = performance.now() + 1; performance.now() < busy;);
    await giveWay(1 << 20);
  }
  clearInterval(timer);
  assert.ok(ticks >= 3, `${ticks} ticks of a timer in 100 ms`);
});

test("giveWay() asks nothing of short exchanges, however many", async () => {
  await giveWay(1 << 20); // from here on, nothing has passed
  for (let i = 0; i < 100; i++) assert.equal(giveWay(100), undefined);
});
