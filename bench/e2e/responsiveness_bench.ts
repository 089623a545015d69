/**
 * Whether anything else gets a turn while data flows: the caller's event loop, and the control connection.
 *
 * `deno run -A bench/e2e/responsiveness_bench.ts` or `bun bench/e2e/responsiveness_bench.ts`; options as in `fixture.ts`, and
 * `--seconds 3` of each measurement. Three loads:
 *
 * - `paced rows`: four topics are pushed row by row, 200 MB/s together. How late is a timer of 1 ms on the caller's thread?
 * - `rows`: four topics, row by row, as fast as it goes: the caller's thread never rests.
 * - `columns`: four topics, whole columns that are adopted, as fast as it goes: the lanes are saturated, the caller is not.
 *
 * Under the last two, `listSequences` is called again and again: by the client that pushes, and, under `columns`, by a second
 * process. Each result has the time when idle and when busy, and who was late: the way to the server's handler (its thread
 * was busy, or no processor was free), the handler, the way back (the caller's thread), and both event loops. A server that
 * was not started by the bench does not tell its part.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { IMU } from "../../src/ontology/mod.ts";
import { benchArguments, percentile, report } from "../harness.ts";
import { type Bed, bytesPerRow, END_TO_END_FLAGS, freshName, remove, withEachClient } from "./fixture.ts";
import { FLOAT_ROW_BYTES, floatColumnsMaker, Floats } from "./floats.ts";
import { startHelper } from "./helper_process.ts";
import { latencies, listAgainAndAgain, type ListCall, LoopWatch, sleep, timesOf } from "./latency.ts";
import type { ListerReport } from "./lister.ts";
import type { ServerReport } from "./server.ts";

const FLAGS = { seconds: { type: "string", default: "3" } } as const;
const seconds = Number(benchArguments({ ...END_TO_END_FLAGS, ...FLAGS }).seconds);
const TOPICS = ["/a", "/b", "/c", "/d"];
const SAMPLES: readonly IMU[] = Array.from({ length: 1024 }, (_, i) => ({
  acceleration: { x: i, y: 0.5, z: 9.8 },
  angularVelocity: { x: 0.01, y: i, z: 0.03 },
}));
const ROW_BYTES = bytesPerRow(IMU.schema, SAMPLES);
/** 2 MiB, what a batch of pushed rows has too. */
const COLUMN_ROWS = 32_768;

/** Moves data for so many seconds; answers bytes a second. */
type Load = (client: MosaicoClient, seconds: number) => Promise<number>;
/** Calls `listSequences` while `work` runs. */
type Asker = <T>(work: () => Promise<T>) => Promise<{ readonly calls: readonly ListCall[]; readonly result: T }>;

const pushRowsAsFastAsItGoes: Load = (client, seconds) => pushRows(client, seconds, Infinity);

await withEachClient(async (bed) => {
  const { client, params, server } = bed;
  await using lister = await startHelper("lister.ts", [server.host, String(server.port)]);
  await pushRows(client, 0.5, Infinity); // warms up
  await pushColumns(client, 0.5);

  const loop = new LoopWatch();
  loop.start();
  const paced = await pushRows(client, seconds, 200e6);
  report("e2e/event loop while four topics push", { load: "paced rows", ...params }, {
    ...latencies("lag", await loop.stop()),
    bytesPerSecond: paced,
  });

  const sameClient: Asker = async (work) => {
    let isWorking = true;
    const calls = listAgainAndAgain(client, () => isWorking);
    const result = await work();
    isWorking = false;
    return { calls: await calls, result };
  };
  const secondProcess: Asker = async (work) => {
    await lister.ask("start");
    const result = await work();
    const { calls } = await lister.ask<ListerReport>("stop");
    return { calls, result };
  };
  await measureLists(bed, "same client", sameClient, "rows", pushRowsAsFastAsItGoes);
  await measureLists(bed, "same client", sameClient, "columns", pushColumns);
  await measureLists(bed, "second process", secondProcess, "columns", pushColumns);
}, FLAGS);

async function measureLists(
  { client, params, server }: Bed,
  asked: string,
  asker: Asker,
  load: string,
  push: Load,
): Promise<void> {
  const idle = await asker(() => sleep(seconds * 1000));
  const isOurs = await server.ask("watch").then(() => true, () => false);
  const loop = new LoopWatch();
  loop.start();
  const busy = await asker(() => push(client, seconds));
  const lags = await loop.stop();
  const seen = isOurs ? await server.ask<ServerReport>("report") : undefined;
  const idleTimes = timesOf(idle.calls);
  const busyTimes = timesOf(busy.calls);
  report("e2e/listSequences, idle and while lanes are saturated", { asked, load, ...params }, {
    ...latencies("idle", idleTimes),
    ...latencies("busy", busyTimes),
    ratioP99: percentile(busyTimes, 0.99) / percentile(idleTimes, 0.99),
    ...(seen && whoWasLate(busy.calls, seen)),
    callerLagP99Ms: percentile(lags, 0.99),
    callerLagMaxMs: percentile(lags, 1),
    bytesPerSecond: busy.result,
  });
}

/** The parts of the calls, by what the server noted of each; calls and notes are in the same order. */
function whoWasLate(calls: readonly ListCall[], { lags, lists }: ServerReport): Record<string, number> {
  assert.equal(lists.length, calls.length, "the server saw each call once");
  const p99 = (part: (call: ListCall, i: number) => number) => percentile(calls.map(part), 0.99);
  return {
    toServerP99Ms: p99(({ asked }, i) => lists[i]!.entered - asked),
    inServerP99Ms: p99((_, i) => lists[i]!.left - lists[i]!.entered),
    fromServerP99Ms: p99(({ answered }, i) => answered - lists[i]!.left),
    serverLagP99Ms: percentile(lags, 0.99),
    serverLagMaxMs: percentile(lags, 1),
  };
}

/** Pushes over four topics, in portions of at most 2,000 rows, so that falling behind never makes one of them long. */
async function pushRows(client: MosaicoClient, seconds: number, bytesPerSecond: number): Promise<number> {
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
  await verify(client, drive.name, counts);
  return sum(counts) * ROW_BYTES / took;
}

/** Pushes batches of columns over four topics, each as soon as the lane has room. */
async function pushColumns(client: MosaicoClient, seconds: number): Promise<number> {
  const drive = await client.sequenceCreate(freshName());
  const topics = await Promise.all(TOPICS.map((topic) => drive.topicCreate(topic, Floats)));
  const started = performance.now();
  const counts = await Promise.all(topics.map(async (topic) => {
    const makeColumns = floatColumnsMaker(COLUMN_ROWS);
    let rows = 0;
    for (; performance.now() - started < seconds * 1000; rows += COLUMN_ROWS) {
      const room = topic.pushColumns(makeColumns());
      await (room ?? sleep(0)); // a caller who has other things to do
    }
    return rows;
  }));
  const took = (performance.now() - started) / 1000;
  await drive.finalize();
  await verify(client, drive.name, counts);
  return sum(counts) * FLOAT_ROW_BYTES / took;
}

/** Nothing was lost; then it is removed. */
async function verify(client: MosaicoClient, name: string, counts: readonly number[]): Promise<void> {
  for (const [i, topic] of TOPICS.entries()) {
    assert.equal((await client.topicHandler(name, topic))!.messageCount, BigInt(counts[i]!));
  }
  await remove(client, name);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
