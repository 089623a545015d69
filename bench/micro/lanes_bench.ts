/**
 * Lanes end to end, inline and in Workers, against an embedded server in a process of its own.
 *
 * `deno run -A --no-check bench/micro/lanes_bench.ts` or `bun bench/micro/lanes_bench.ts`: one JSON line a case.
 * Options: `--workers 0,1`, `--only push,read,batches,lag,control`, `--rows 4000000`, `--runs 3`, `--compression none`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { startServerProcess } from "../../src/cli/server_process.ts";
import { MosaicoClient, type TopicWriter } from "../../src/client/mod.ts";
import { IMU } from "../../src/ontology/mod.ts";

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
  options: {
    workers: { type: "string", default: "0,1" },
    only: { type: "string", default: "push,read,batches,lag,control" },
    rows: { type: "string", default: "4000000" },
    runs: { type: "string", default: "3" },
    compression: { type: "string", default: "none" },
  },
});
const ROWS = Number(values.rows);
const RUNS = Number(values.runs);
/** Bytes of columns that a row of {@linkcode sample} takes. */
const ROW_BYTES = 189.4;
const SECONDS_OF_LAG = 5;
const runtime = "Deno" in globalThis ? "deno" : "bun";
const directory = await mkdtemp(join(tmpdir(), "lanes-bench-"));

function sample(i: number): IMU {
  return { acceleration: { x: i, y: 0.5, z: 9.8 }, angularVelocity: { x: 0.01, y: i, z: 0.03 } };
}
const SAMPLES = Array.from({ length: 1024 }, (_, i) => sample(i));

let sequenceNumber = 0;
function freshName(): string {
  return `bench-${process.pid}-${sequenceNumber++}`;
}

async function pushRows(topic: TopicWriter<IMU>, rows: number): Promise<void> {
  for (let i = 0; i < rows; i++) {
    const room = topic.push(BigInt(i), SAMPLES[i & 1023]!);
    if (room !== undefined) await room;
  }
}

async function pushOnce(client: MosaicoClient, name = freshName()): Promise<number> {
  const drive = await client.sequenceCreate(name);
  const topic = await drive.topicCreate("/imu", IMU);
  const started = performance.now();
  await pushRows(topic, ROWS);
  await drive.finalize();
  const seconds = (performance.now() - started) / 1000;
  assert.equal((await client.topicHandler(name, "/imu"))!.messageCount, BigInt(ROWS));
  return seconds;
}

async function remove(client: MosaicoClient, name: string): Promise<void> {
  await client.sequenceDelete(name, { locked: true });
}

/** CPU seconds of a process so far, all threads; 0 where the system does not tell. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** CPU microseconds a row, of client and server. */
class CpuMeter {
  readonly #server: number;
  readonly #atStart: readonly [client: number, server: number];

  constructor(server: number) {
    this.#server = server;
    this.#atStart = [cpuSeconds(process.pid), cpuSeconds(server)];
  }

  perRow(rows: number): Record<string, number> {
    const [client, server] = this.#atStart;
    return {
      clientCpuMicrosPerRow: (cpuSeconds(process.pid) - client) / rows * 1e6,
      serverCpuMicrosPerRow: (cpuSeconds(this.#server) - server) / rows * 1e6,
    };
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function report(bench: string, workers: number, figures: Record<string, number>): void {
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, Number(value.toPrecision(4))]),
  );
  console.log(JSON.stringify({ bench, runtime, workers, compression: values.compression, ...rounded }));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}

function rates(seconds: number): Record<string, number> {
  return { rowsPerSecond: ROWS / seconds, megabytesPerSecond: ROWS * ROW_BYTES / seconds / 1e6 };
}

async function benchPush(client: MosaicoClient, workers: number): Promise<void> {
  const seconds: number[] = [];
  let meter = new CpuMeter(serverPid);
  for (let run = 0; run <= RUNS; run++) {
    if (run === 1) meter = new CpuMeter(serverPid);
    const name = freshName();
    const took = await pushOnce(client, name);
    if (run > 0) seconds.push(took); // the first warms up
    await remove(client, name);
  }
  const took = median(seconds);
  report("push", workers, { ...rates(took), ...meter.perRow(RUNS * ROWS) });
}

async function benchRead(client: MosaicoClient, workers: number, how: "read" | "batches"): Promise<void> {
  const name = freshName();
  await pushOnce(client, name);
  const handler = (await client.topicHandler(name, "/imu"))!;
  const seconds: number[] = [];
  let meter = new CpuMeter(serverPid);
  for (let run = 0; run <= RUNS; run++) {
    if (run === 1) meter = new CpuMeter(serverPid);
    const started = performance.now();
    let rows = 0;
    await using stream = await handler.stream();
    if (how === "read") {
      let sum = 0;
      for await (const { data } of stream) {
        sum += (data as IMU).acceleration.z;
        rows++;
      }
      assert.ok(sum > 0);
    } else {
      for await (const batch of stream.columns()) rows += batch.numRows;
    }
    if (run > 0) seconds.push((performance.now() - started) / 1000);
    assert.equal(rows, ROWS);
  }
  const cpu = meter.perRow(RUNS * ROWS);
  await remove(client, name);
  const took = median(seconds);
  report(how, workers, { ...rates(took), ...cpu });
}

/** Pushes 200 MB/s over four topics for some seconds, in portions of a millisecond. */
async function paced(client: MosaicoClient, seconds: number, bytesPerSecond: number): Promise<number> {
  const name = freshName();
  const drive = await client.sequenceCreate(name);
  const topics = await Promise.all(["/a", "/b", "/c", "/d"].map((topic) => drive.topicCreate(topic, IMU)));
  const rowsPerSecond = bytesPerSecond / ROW_BYTES;
  const started = performance.now();
  const counts = await Promise.all(topics.map(async (topic) => {
    let rows = 0;
    for (;;) {
      const elapsed = performance.now() - started;
      if (elapsed > seconds * 1000) return rows;
      const due = Math.floor(rowsPerSecond / 4 * elapsed / 1000);
      // In portions, so that falling behind never makes one of them long.
      for (const end = Math.min(due, rows + 2_000); rows < end; rows++) {
        const room = topic.push(BigInt(rows), SAMPLES[rows & 1023]!);
        if (room !== undefined) await room;
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }));
  await drive.finalize();
  const took = (performance.now() - started) / 1000;
  await remove(client, name);
  return counts.reduce((sum, rows) => sum + rows, 0) * ROW_BYTES / took / 1e6;
}

async function benchLag(client: MosaicoClient, workers: number): Promise<void> {
  const lags: number[] = [];
  let running = true;
  const watcher = (async () => {
    while (running) {
      const asked = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1));
      lags.push(performance.now() - asked - 1);
    }
  })();
  const megabytesPerSecond = await paced(client, SECONDS_OF_LAG, 200e6);
  running = false;
  await watcher;
  lags.sort((a, b) => a - b);
  report("lag", workers, {
    megabytesPerSecond,
    p50Ms: percentile(lags, 0.5),
    p99Ms: percentile(lags, 0.99),
    maxMs: lags.at(-1)!,
  });
}

async function controlTimes(client: MosaicoClient, wanted: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (wanted()) {
    const started = performance.now();
    await client.listSequences();
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return times.sort((a, b) => a - b);
}

async function benchControl(client: MosaicoClient, workers: number): Promise<void> {
  const until = performance.now() + 2_000;
  const idle = await controlTimes(client, () => performance.now() < until);
  let running = true;
  const busy = controlTimes(client, () => running);
  // As much as goes: what is due is never reached.
  const megabytesPerSecond = await paced(client, SECONDS_OF_LAG, 5e9);
  running = false;
  const times = await busy;
  report("control", workers, {
    megabytesPerSecond,
    idleP50Ms: percentile(idle, 0.5),
    idleP99Ms: percentile(idle, 0.99),
    busyP50Ms: percentile(times, 0.5),
    busyP99Ms: percentile(times, 0.99),
  });
}

const wanted = new Set(values.only.split(","));
let serverPid = 0;
try {
  await using server = await startServerProcess(directory);
  serverPid = server.pid;
  for (const workers of values.workers.split(",").map(Number)) {
    await using client = await MosaicoClient.connect(server.host, server.port, {
      workers,
      compression: values.compression as "none",
    });
    if (wanted.has("push")) await benchPush(client, workers);
    if (wanted.has("read")) await benchRead(client, workers, "read");
    if (wanted.has("batches")) await benchRead(client, workers, "batches");
    if (wanted.has("lag")) await benchLag(client, workers);
    if (wanted.has("control")) await benchControl(client, workers);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
