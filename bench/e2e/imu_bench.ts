/**
 * IMU rows, of the ontology's full type, one topic: pushed as objects, read as typed objects and as batches.
 *
 * `deno run -A bench/e2e/imu_bench.ts` or `bun bench/e2e/imu_bench.ts`; options as in `fixture.ts`. A push ends when the
 * server has synced the rows to disk and said so.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { IMU } from "../../src/ontology/mod.ts";
import { bench } from "../harness.ts";
import { bytesPerRow, freshName, remove, withEachClient } from "./fixture.ts";
import { imuOfTwoVectors } from "./imu_rows.ts";

interface Shape {
  readonly shape: string;
  readonly rows: number;
  readonly sample: (i: number) => IMU;
}

/** What a driver fills in: two vectors; and every field there is. The columns are the same. */
const SHAPES: readonly Shape[] = [
  {
    shape: "two vectors",
    rows: 4_000_000,
    sample: imuOfTwoVectors,
  },
  {
    shape: "every field",
    rows: 400_000,
    sample: (i) => {
      const header = { timestamp: { seconds: i, nanoseconds: 5 }, frameId: "imu_link", sampleCounter: BigInt(i) };
      const rest = { header, covariance: [1, 0, 0, 0, 1, 0, 0, 0, 1], covarianceType: 1 };
      return {
        header,
        acceleration: { ...rest, x: i, y: 0.5, z: 9.8 },
        angularVelocity: { ...rest, x: 0.01, y: i, z: 0.03 },
        orientation: { ...rest, x: 0, y: 0, z: 0.6, w: 0.8 },
      };
    },
  },
];

await withEachClient(async ({ client, params, serverPid }) => {
  for (const { shape, rows, sample } of SHAPES) {
    const samples = Array.from({ length: 1024 }, (_, i) => sample(i));
    const common = {
      params: { shape, ...params },
      bytes: Math.round(rows * bytesPerRow(IMU.schema, samples)),
      items: { count: rows, unit: "rows" },
      runs: 5,
      serverPid,
    };
    let stored = await push(client, samples, rows);
    await bench("e2e/push IMU rows", {
      ...common,
      prepare: () => remove(client, stored),
      run: async () => stored = await push(client, samples, rows),
      verify: async () => assert.equal((await client.topicHandler(stored, "/imu"))!.messageCount, BigInt(rows)),
    });
    const handler = (await client.topicHandler(stored, "/imu"))!;
    await bench("e2e/read IMU rows", {
      ...common,
      run: async () => {
        let seen = 0;
        for await (const { data } of await handler.stream()) if ((data as IMU).acceleration.y === 0.5) seen++;
        return seen;
      },
      verify: (seen) => assert.equal(seen, rows),
    });
    await bench("e2e/read IMU batches", {
      ...common,
      run: async () => {
        let seen = 0;
        for await (const batch of (await handler.stream()).columns()) seen += batch.numRows;
        return seen;
      },
      verify: (seen) => assert.equal(seen, rows),
    });
    await remove(client, stored);
  }
});

/** Writes a sequence of that many rows; answers its name. */
async function push(client: MosaicoClient, samples: readonly IMU[], rows: number): Promise<string> {
  const drive = await client.sequenceCreate(freshName());
  const topic = await drive.topicCreate("/imu", IMU);
  for (let i = 0; i < rows; i++) {
    const room = topic.push(BigInt(i), samples[i & 1023]!);
    if (room !== undefined) await room;
  }
  await drive.finalize();
  return drive.name;
}
