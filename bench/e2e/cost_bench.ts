/**
 * Whether a row costs the same however many there are: at 1×, 10× and 100× the rows, and at 1, 10 and 100 topics.
 *
 * `deno run -A bench/e2e/cost_bench.ts` or `bun bench/e2e/cost_bench.ts`; options as in `fixture.ts` (lanes are in Workers
 * by default), and `--rows 100000` (1×), `--topic-rows 4000000` (over all topics), `--rounds 2`.
 *
 * A cost is CPU time of the client and of the server together, all threads: of pushing IMU rows until the server has
 * them all on its disk, and of reading them back as objects. Opening topics and closing the session are one call each,
 * whatever there is in them, and are left out. Small sizes are run several times, so that each measurement is long enough;
 * rounds take all sizes in turn, and the median of the rounds counts. The spread is the largest cost by the smallest, 1.2 at
 * most. What a topic costs beside its rows (its file, its first batch, its end) is told too.
 *
 * @module
 */
import assert from "node:assert/strict";
import process from "node:process";
import type { MosaicoClient, TopicWriter } from "../../src/client/mod.ts";
import { IMU } from "../../src/ontology/mod.ts";
import { benchArguments, cpuSecondsOf, median, report } from "../harness.ts";
import { type Bed, END_TO_END_FLAGS, freshName, remove, withEachClient } from "./fixture.ts";

const FLAGS = {
  workers: { type: "string", default: "2" },
  rows: { type: "string", default: "100000" },
  "topic-rows": { type: "string", default: "4000000" },
  rounds: { type: "string", default: "2" },
} as const;
const given = benchArguments({ ...END_TO_END_FLAGS, ...FLAGS });
const SAMPLES: readonly IMU[] = Array.from({ length: 1024 }, (_, i) => ({
  acceleration: { x: i, y: 0.5, z: 9.8 },
  angularVelocity: { x: 0.01, y: i, z: 0.03 },
}));

interface Size {
  readonly topics: number;
  readonly rowsOfEach: number;
  /** Times it is run in a round. */
  readonly times: number;
}

/** Seconds of CPU. */
interface Cost {
  push: number;
  read: number;
}

await withEachClient(async (bed) => {
  const rows = Number(given.rows);
  const sizes: Size[] = [1, 10, 100].map((times) => ({
    topics: 1,
    rowsOfEach: rows * times,
    times: times === 1 ? 10 : 1, // as many rows as 10× has: what is measured in ticks of 10 ms needs them
  }));
  await compare(bed, "e2e/cost of a row by number of rows", sizes, ({ rowsOfEach }) => `×${rowsOfEach / rows}`);
  const all = Number(given["topic-rows"]);
  const spreads: Size[] = [1, 10, 100].map((topics) => ({ topics, rowsOfEach: all / topics, times: 1 }));
  await compare(bed, "e2e/cost of a row by number of topics", spreads, ({ topics }) => `of${topics}`);
}, FLAGS);

async function compare(bed: Bed, name: string, sizes: readonly Size[], nameOf: (size: Size) => string): Promise<void> {
  if (!name.includes(given.filter)) return;
  const micros = { push: sizes.map((): number[] => []), read: sizes.map((): number[] => []) };
  for (let round = 0; round <= Number(given.rounds); round++) {
    for (const [i, size] of sizes.entries()) {
      if (round === 0 && i > 1) break; // warms up, with the smaller ones
      const cost = { push: 0, read: 0 };
      for (let k = 0; k < size.times; k++) await run(bed, size, cost);
      if (round === 0) continue;
      const rows = size.times * size.topics * size.rowsOfEach;
      for (const way of ["push", "read"] as const) micros[way][i]!.push(cost[way] * 1e6 / rows);
    }
  }
  const [least, most] = [sizes[0]!, sizes.at(-1)!];
  for (const way of ["push", "read"] as const) {
    const costs = micros[way].map(median);
    const total = sizes.map(({ topics, rowsOfEach }, i) => costs[i]! * topics * rowsOfEach);
    report(`${name}, ${way}`, bed.params, {
      ...Object.fromEntries(sizes.map((size, i) => [`micros${nameOf(size)}`, costs[i]!])),
      spread: Math.max(...costs) / Math.min(...costs),
      ...(most.topics > 1 && { millisOfATopic: (total.at(-1)! - total[0]!) / (most.topics - least.topics) / 1e3 }),
    }, Number(given.rounds));
  }
}

/** Pushes and reads once; adds to `cost`. */
async function run({ client, serverPid }: Bed, { topics, rowsOfEach }: Size, cost: Cost): Promise<void> {
  const drive = await client.sequenceCreate(freshName());
  const names = Array.from({ length: topics }, (_, i) => `/imu${i}`);
  const writers: TopicWriter<IMU>[] = [];
  for (const name of names) writers.push(await drive.topicCreate(name, IMU));
  cost.push += await cpuSeconds(serverPid, async () => {
    for (let row = 0; row < rowsOfEach; row++) {
      const timestampNs = BigInt(row);
      for (const writer of writers) {
        const room = writer.push(timestampNs, SAMPLES[row & 1023]!);
        if (room !== undefined) await room;
      }
    }
    await Promise.all(writers.map((writer) => writer.finalize()));
  });
  await drive.finalize();
  cost.read += await cpuSeconds(serverPid, async () => {
    assert.equal(await count(client, drive.name), topics * rowsOfEach);
  });
  await remove(client, drive.name);
}

async function count(client: MosaicoClient, name: string): Promise<number> {
  const handler = (await client.sequenceHandler(name))!;
  let rows = 0;
  for await (const { data } of await handler.stream()) if ((data as IMU).acceleration.y === 0.5) rows++;
  return rows;
}

/** CPU seconds of this process and of the server while `work` runs. */
async function cpuSeconds(serverPid: number, work: () => Promise<void>): Promise<number> {
  const [cpu, server] = [process.cpuUsage(), cpuSecondsOf(serverPid)];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1e6 + cpuSecondsOf(serverPid) - server;
}
