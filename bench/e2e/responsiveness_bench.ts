/**
 * Whether anything else gets a turn while data flows: the caller's event loop, and the control connection.
 *
 * `deno run -A bench/e2e/responsiveness_bench.ts` or `bun bench/e2e/responsiveness_bench.ts`; options as in `fixture.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { IMU } from "../../src/ontology/mod.ts";
import { percentile, report } from "../harness.ts";
import { bytesPerRow, freshName, remove, withEachClient } from "./fixture.ts";

const SECONDS = 4;
const TOPICS = ["/a", "/b", "/c", "/d"];
const SAMPLES: readonly IMU[] = Array.from({ length: 1024 }, (_, i) => ({
  acceleration: { x: i, y: 0.5, z: 9.8 },
  angularVelocity: { x: 0.01, y: i, z: 0.03 },
}));
const ROW_BYTES = bytesPerRow(IMU.schema, SAMPLES);

await withEachClient(async ({ client, params }) => {
  await push(client, 0.5, Infinity); // warms up
  const lags: number[] = [];
  const paced = await whilePushing(client, 200e6, async (isPushing) => {
    while (isPushing()) {
      const asked = performance.now();
      await sleep(1);
      lags.push(performance.now() - asked - 1);
    }
  });
  report("e2e/event loop while four topics push", params, {
    ...latencies("lag", lags),
    bytesPerSecond: paced,
  });

  const until = performance.now() + SECONDS * 500;
  const idle = await listTimes(client, () => performance.now() < until);
  let busy: number[] = [];
  const flooded = await whilePushing(client, Infinity, async (isPushing) => {
    busy = await listTimes(client, isPushing);
  });
  report("e2e/listSequences, idle and while four topics push", params, {
    ...latencies("idle", idle),
    ...latencies("busy", busy),
    bytesPerSecond: flooded,
  });
});

function latencies(name: string, milliseconds: readonly number[]): Record<string, number> {
  return {
    [`${name}P50Ms`]: percentile(milliseconds, 0.5),
    [`${name}P99Ms`]: percentile(milliseconds, 0.99),
    [`${name}MaxMs`]: percentile(milliseconds, 1),
    [`${name}Count`]: milliseconds.length,
  };
}

async function listTimes(client: MosaicoClient, wanted: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (wanted()) {
    const asked = performance.now();
    await client.listSequences();
    times.push(performance.now() - asked);
    await sleep(5);
  }
  return times;
}

/** Pushes for some seconds with `work` beside it; answers the bytes a second that were pushed. */
async function whilePushing(
  client: MosaicoClient,
  bytesPerSecond: number,
  work: (isPushing: () => boolean) => Promise<void>,
): Promise<number> {
  let pushing = true;
  const beside = work(() => pushing);
  const rate = await push(client, SECONDS, bytesPerSecond);
  pushing = false;
  await beside;
  return rate;
}

/** Pushes over four topics, in portions of at most 2,000 rows, so that falling behind never makes one of them long. */
async function push(client: MosaicoClient, seconds: number, bytesPerSecond: number): Promise<number> {
  const drive = await client.sequenceCreate(freshName());
  const topics = await Promise.all(TOPICS.map((topic) => drive.topicCreate(topic, IMU)));
  const rowsPerMs = bytesPerSecond / ROW_BYTES / TOPICS.length / 1000;
  const started = performance.now();
  const counts = await Promise.all(topics.map(async (topic) => {
    let rows = 0;
    for (;;) {
      const elapsed = performance.now() - started;
      if (elapsed > seconds * 1000) return rows;
      for (const end = Math.min(Math.floor(rowsPerMs * elapsed), rows + 2_000); rows < end; rows++) {
        const room = topic.push(BigInt(rows), SAMPLES[rows & 1023]!);
        if (room !== undefined) await room;
      }
      await sleep(1);
    }
  }));
  const took = (performance.now() - started) / 1000;
  await drive.finalize();
  for (const [i, topic] of TOPICS.entries()) {
    assert.equal((await client.topicHandler(drive.name, topic))!.messageCount, BigInt(counts[i]!));
  }
  await remove(client, drive.name);
  return counts.reduce((sum, rows) => sum + rows, 0) * ROW_BYTES / took;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
