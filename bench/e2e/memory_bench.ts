/**
 * Memory while much is written to a peer that reads slowly, and read by a caller who is slow.
 *
 * `deno run -A bench/e2e/memory_bench.ts` or `bun bench/e2e/memory_bench.ts`; options as in `fixture.ts` (lanes are in Workers by
 * default), and `--gibibytes 0.5`, `--megabytes-per-second 100`. Batches of 8 MiB of float64, one topic. Linux only.
 *
 * Writing goes through `slow_proxy.ts`; the writer makes each batch as soon as there is room for it. Reading waits after
 * each batch. By how much the resident memory of the client's process grows at most, and of the server's, is told by the
 * system, from when lanes are open and have moved one batch. It may grow by the windows (what may be on its way: of a
 * topic up, 16 MiB of credit and 1 MiB queued at the socket; down, 16 MiB of HTTP/2 and 8 MiB read ahead), two batches, and
 * 64 MiB for everything else.
 *
 * @module
 */
import assert from "node:assert/strict";
import process from "node:process";
import { MosaicoClient } from "../../src/client/mod.ts";
import { benchArguments, report } from "../harness.ts";
import { END_TO_END_FLAGS, freshName, remove, withServer } from "./fixture.ts";
import { FLOAT_ROW_BYTES, floatColumnsMaker, Floats } from "./floats.ts";
import { startHelper } from "./helper_process.ts";
import { sleep } from "./latency.ts";
import { ProcessMemory } from "./process_memory.ts";
import type { ServerAddress } from "./server.ts";

const FLAGS = {
  workers: { type: "string", default: "2" },
  gibibytes: { type: "string", default: "0.5" },
  "megabytes-per-second": { type: "string", default: "100" },
} as const;
const given = benchArguments({ ...END_TO_END_FLAGS, ...FLAGS });
const MEBIBYTE = 1 << 20;
const ROWS = 131_072;
const BATCH_BYTES = ROWS * FLOAT_ROW_BYTES;
const BATCHES = Math.round(Number(given.gibibytes) * 1024 * MEBIBYTE / BATCH_BYTES);
const RATE = Number(given["megabytes-per-second"]) * 1e6;
const WINDOWS_UP = 17 * MEBIBYTE;
const WINDOWS_DOWN = 24 * MEBIBYTE;
const SLACK = 64 * MEBIBYTE;

await withServer(async (server) => {
  await using proxy = await startHelper<ServerAddress>("slow_proxy.ts", [
    server.host,
    String(server.port),
    String(RATE),
  ]);
  const memory = { client: new ProcessMemory(process.pid), server: new ProcessMemory(server.pid) };
  for (const workers of given.workers.split(",").map(Number)) {
    const params = { workers, gibibytes: Number(given.gibibytes) };
    const measure = async (name: string, limit: number, work: () => Promise<void>): Promise<void> => {
      memory.client.start();
      memory.server.start();
      const before = performance.now();
      await work();
      const seconds = (performance.now() - before) / 1000;
      report(name, params, {
        growthMebibytes: memory.client.growth() / MEBIBYTE,
        limitMebibytes: limit / MEBIBYTE,
        beforeMebibytes: memory.client.before / MEBIBYTE,
        serverGrowthMebibytes: memory.server.growth() / MEBIBYTE,
        bytesPerSecond: BATCHES * BATCH_BYTES / seconds,
      });
    };

    await using slow = await MosaicoClient.connect(proxy.ready.host, proxy.ready.port, { workers });
    await remove(slow, await write(slow, 1)); // opens the lanes
    let stored = "";
    await measure("e2e/memory, written to a slow peer", WINDOWS_UP + 2 * BATCH_BYTES + SLACK, async () => {
      stored = await write(slow, BATCHES);
    });
    await slow.close();

    await using client = await MosaicoClient.connect(server.host, server.port, { workers });
    await read(client, stored, 1);
    await measure("e2e/memory, read by a slow caller", WINDOWS_DOWN + 2 * BATCH_BYTES + SLACK, async () => {
      assert.equal(await read(client, stored, BATCHES), BATCHES * ROWS);
    });
    await remove(client, stored);
  }
}, FLAGS);

async function write(client: MosaicoClient, batches: number): Promise<string> {
  const makeColumns = floatColumnsMaker(ROWS);
  const drive = await client.sequenceCreate(freshName());
  const topic = await drive.topicCreate("/floats", Floats);
  for (let i = 0; i < batches; i++) await topic.pushColumns(makeColumns());
  await drive.finalize();
  assert.equal((await client.topicHandler(drive.name, "/floats"))!.messageCount, BigInt(batches * ROWS));
  return drive.name;
}

/** Reads up to so many batches, no faster than the rate; answers rows. */
async function read(client: MosaicoClient, name: string, batches: number): Promise<number> {
  const handler = (await client.topicHandler(name, "/floats"))!;
  const before = performance.now();
  let rows = 0;
  for await (const batch of (await handler.stream()).columns()) {
    rows += batch.numRows;
    if (rows >= batches * ROWS && batches < BATCHES) break;
    await sleep(Math.max(0, before + rows * FLOAT_ROW_BYTES / RATE * 1000 - performance.now()));
  }
  return rows;
}
