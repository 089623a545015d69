/**
 * Float64 batches through the embedded server, up and down, beside what the disk alone writes and syncs.
 *
 * `deno run -A bench/e2e/transfer_bench.ts` or `bun bench/e2e/transfer_bench.ts`; options as in `fixture.ts`. An upload
 * ends when the server has synced it to disk and said so; before each, the disk takes the same bytes from a plain file.
 * Downloads come out of the page cache.
 *
 * @module
 */
import assert from "node:assert/strict";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { defineOntology, float64, type OntologyType, required } from "../../src/ontology/mod.ts";
import { bench, median, report } from "../harness.ts";
import { freshName, remove, withEachClient } from "./fixture.ts";

const ROWS = 131_072;
const BATCHES = 32;
const NAMES = ["c0", "c1", "c2", "c3", "c4", "c5", "c6"] as const;
type Row = Record<typeof NAMES[number], number>;
const Floats: OntologyType<Row> = defineOntology<Row>("BenchFloats", {
  c0: required("c0", float64),
  c1: required("c1", float64),
  c2: required("c2", float64),
  c3: required("c3", float64),
  c4: required("c4", float64),
  c5: required("c5", float64),
  c6: required("c6", float64),
});
/** Seven columns and the time: 8 MiB a batch. */
const BYTES = BATCHES * ROWS * 64;
const values = Float64Array.from({ length: ROWS }, Math.random);

await withEachClient(async ({ client, params, serverPid, directory }) => {
  const common = { params, bytes: BYTES, runs: 3, serverPid };
  const diskSeconds: number[] = [];
  let batches = makeBatches();
  let stored = await upload(client, batches);
  await bench("e2e/upload float64 batches", {
    ...common,
    prepare: async () => {
      await remove(client, stored);
      diskSeconds.push(await writeFile(join(directory, "plain")));
      batches = makeBatches();
    },
    run: async () => stored = await upload(client, batches),
    verify: async () => {
      assert.equal((await client.topicHandler(stored, "/floats"))!.messageCount, BigInt(BATCHES * ROWS));
    },
  });
  if (diskSeconds.length > 0) {
    const seconds = median(diskSeconds);
    const figures = { seconds, least: Math.min(...diskSeconds), most: Math.max(...diskSeconds), bytes: BYTES };
    report("e2e/disk write and sync", params, { ...figures, bytesPerSecond: BYTES / seconds }, diskSeconds.length);
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

/** Columns of each batch, arrays of their own: pushing takes them. */
function makeBatches() {
  return Array.from({ length: BATCHES }, (_, batch) => ({
    timestampNs: BigInt64Array.from({ length: ROWS }, (_, i) => BigInt(batch * ROWS + i)),
    c0: values.slice(),
    c1: values.slice(),
    c2: values.slice(),
    c3: values.slice(),
    c4: values.slice(),
    c5: values.slice(),
    c6: values.slice(),
  }));
}

async function upload(client: MosaicoClient, batches: ReturnType<typeof makeBatches>): Promise<string> {
  const drive = await client.sequenceCreate(freshName());
  const topic = await drive.topicCreate("/floats", Floats);
  for (const columns of batches) await topic.pushColumns(columns);
  await drive.finalize();
  return drive.name;
}

/** Seconds to write as many bytes to a file, in pieces of 8 MiB, and to sync it. */
async function writeFile(path: string): Promise<number> {
  const piece = new Uint8Array(ROWS * 64).fill(7);
  const before = performance.now();
  const file = await open(path, "w");
  for (let i = 0; i < BATCHES; i++) await file.write(piece);
  await file.sync();
  await file.close();
  const seconds = (performance.now() - before) / 1000;
  await rm(path);
  return seconds;
}
