/**
 * Float64 batches through the embedded server, up and down, beside what the disk alone writes and syncs.
 *
 * `deno run -A bench/e2e/transfer_bench.ts` or `bun bench/e2e/transfer_bench.ts`; options as in `fixture.ts`. An upload
 * ends when the server has synced it to disk and said so. A disk changes from one second to the next, so each upload is
 * compared with the same bytes written to a plain file and synced just before it and just after it; the share of the disk
 * that is reported is the median of these comparisons. Downloads come out of the page cache. `TMPDIR` says which disk.
 *
 * @module
 */
import assert from "node:assert/strict";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { bench, median, report } from "../harness.ts";
import { freshName, remove, withEachClient } from "./fixture.ts";
import { FLOAT_ROW_BYTES, floatColumnsMaker, Floats } from "./floats.ts";

const ROWS = 131_072;
const BATCHES = 32;
const BYTES = BATCHES * ROWS * FLOAT_ROW_BYTES;
const makeColumns = floatColumnsMaker(ROWS);
const makeBatches = () => Array.from({ length: BATCHES }, makeColumns);

await withEachClient(async ({ client, params, serverPid, directory }) => {
  const common = { params, bytes: BYTES, runs: 5, serverPid };
  const plain = join(directory, "plain");
  const disk: number[] = []; // before and after each upload
  const uploads: number[] = [];
  let batches = makeBatches();
  let stored = await upload(client, batches);
  await bench("e2e/upload float64 batches", {
    ...common,
    prepare: async () => {
      await remove(client, stored);
      batches = makeBatches();
      disk.push(await writeFile(plain));
    },
    run: async () => {
      const before = performance.now();
      stored = await upload(client, batches);
      uploads.push((performance.now() - before) / 1000);
    },
    verify: async () => {
      disk.push(await writeFile(plain));
      assert.equal((await client.topicHandler(stored, "/floats"))!.messageCount, BigInt(BATCHES * ROWS));
    },
  });
  if (uploads.length > 0) {
    const seconds = median(disk);
    report("e2e/disk write and sync", params, {
      seconds,
      least: Math.min(...disk),
      most: Math.max(...disk),
      bytes: BYTES,
      bytesPerSecond: BYTES / seconds,
    }, disk.length);
    const shares = uploads.map((took, i) => (disk[2 * i]! + disk[2 * i + 1]!) / 2 / took).slice(1); // without the warm-up
    report("e2e/upload beside the disk", params, {
      shareOfDisk: median(shares),
      leastShare: Math.min(...shares),
      mostShare: Math.max(...shares),
    }, shares.length);
  }
  const handler = (await client.topicHandler(stored, "/floats"))!;
  await bench("e2e/download float64 batches", {
    ...common,
    run: async () => {
      let rows = 0;
      for await (const batch of (await handler.stream()).columns()) rows += batch.numRows;
      return rows;
    },
    verify: (rows) => assert.equal(rows, BATCHES * ROWS),
  });
  await remove(client, stored);
});

async function upload(client: MosaicoClient, batches: ReturnType<typeof makeBatches>): Promise<string> {
  const drive = await client.sequenceCreate(freshName());
  const topic = await drive.topicCreate("/floats", Floats);
  for (const columns of batches) await topic.pushColumns(columns);
  await drive.finalize();
  return drive.name;
}

/** Seconds to write as many bytes to a file, in pieces of 8 MiB, and to sync it. */
async function writeFile(path: string): Promise<number> {
  const piece = new Uint8Array(ROWS * FLOAT_ROW_BYTES).fill(7);
  const before = performance.now();
  const file = await open(path, "w");
  for (let i = 0; i < BATCHES; i++) await file.write(piece);
  await file.sync();
  await file.close();
  const seconds = (performance.now() - before) / 1000;
  await rm(path);
  return seconds;
}
