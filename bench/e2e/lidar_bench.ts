/**
 * LIDAR scans of 64k points, x y z intensity in float32: pushed as objects of typed arrays, read as typed objects.
 *
 * `deno run -A bench/e2e/lidar_bench.ts` or `bun bench/e2e/lidar_bench.ts`; options as in `fixture.ts`. A push ends when
 * the server has synced the scans to disk and said so.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { Lidar } from "../../src/ontology/mod.ts";
import { bench } from "../harness.ts";
import { freshName, remove, withEachClient } from "./fixture.ts";

const POINTS = 65_536;
const SCANS = 128;
const column = (): Float32Array => Float32Array.from({ length: POINTS }, () => Math.random() * 100);
const scan: Lidar = { x: column(), y: column(), z: column(), intensity: column() };

await withEachClient(async ({ client, params, serverPid }) => {
  const common = {
    params,
    bytes: SCANS * POINTS * 16,
    items: { count: SCANS * POINTS, unit: "points" },
    runs: 5,
    serverPid,
  };
  let stored = await push(client);
  await bench("e2e/push LIDAR scans", {
    ...common,
    prepare: () => remove(client, stored),
    run: async () => stored = await push(client),
    verify: async () => assert.equal((await client.topicHandler(stored, "/lidar"))!.messageCount, BigInt(SCANS)),
  });
  const handler = (await client.topicHandler(stored, "/lidar"))!;
  await bench("e2e/read LIDAR scans", {
    ...common,
    run: async () => {
      let points = 0;
      for await (const { data } of await handler.stream()) points += (data as Lidar).intensity!.length;
      return points;
    },
    verify: (points) => assert.equal(points, SCANS * POINTS),
  });
  await remove(client, stored);
});

/** Writes a sequence of the scan, again and again; answers its name. */
async function push(client: MosaicoClient): Promise<string> {
  const drive = await client.sequenceCreate(freshName());
  const topic = await drive.topicCreate("/lidar", Lidar);
  for (let i = 0; i < SCANS; i++) await topic.push(BigInt(i), scan);
  await drive.finalize();
  return drive.name;
}
