/**
 * Merges of many topics: in order, and in bounded memory.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { defineOntology, float64, Integer64, list, required } from "../../src/ontology/mod.ts";
import { memoryNetwork } from "../../src/wire/net/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { FaultyNetwork } from "../support/faulty_network.ts";

/** A kilobyte a row, that no codec makes smaller than it is. */
interface Block {
  readonly values: ArrayLike<number>;
}
const Block = defineOntology<Block>("Block", { values: required("values", list(float64)) });
const ROW_BYTES = 1_024 + 8 + 4;

/** `topics` topics of `batches` batches of `rows` rows each, all over the same time; topic t has its rows at t, t + step, … */
async function blocks(client: MosaicoClient, topics: number, batches: number, rows: number): Promise<void> {
  await using drive = await client.sequenceCreate("drive");
  const values = new Float64Array(128).map(() => Math.random());
  for (let t = 0; t < topics; t++) {
    const topic = await drive.topicCreate(`/t${t}`, Block, { batchBytes: 8 << 20 });
    for (let i = 0; i < batches * rows; i++) {
      await topic.push(BigInt(i * topics + t), { values });
      if (i % rows === rows - 1) await topic.flush();
    }
    await topic.finalize();
  }
  await drive.finalize();
}

test("a merge of 100 topics holds what it may, not a batch of each", { timeout: 60_000 }, async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network, client: { lanes: 1 } });
  const [topics, batches, rows] = [100, 2, 200];
  await blocks(fx.client, topics, batches, rows); // 41 MB in batches of 207 kB: a batch of each topic is half of it
  await using reader = await fx.connect({ lanes: 1 });
  const sequence = (await reader.sequenceHandler("drive"))!;
  const maxBufferedBytes = 4 << 20;
  const stream = sequence.stream({ maxBufferedBytes });
  let expected = 0n;
  let taken = 0;
  let most = 0;
  for await (const { topic, timestampNs } of stream) {
    assert.equal(timestampNs, expected++);
    assert.equal(topic, `/t${Number(timestampNs) % topics}`);
    taken += ROW_BYTES;
    const received = network.dialled.at(-1)!.bytesIn;
    most = Math.max(most, received - taken);
  }
  assert.equal(expected, BigInt(topics * batches * rows));
  assert.ok(most < 1.5 * maxBufferedBytes, `${most} bytes waited at once, ${maxBufferedBytes} may`);
  assert.ok(most > maxBufferedBytes / 8, `${most} bytes waited at once: what may wait is made use of`);
});

test("a merge that fits is one download of each topic", async () => {
  await using fx = await startEmbedded();
  await blocks(fx.client, 3, 4, 100);
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  const whole = async (maxBufferedBytes: number) => {
    const download = sequence.stream({ maxBufferedBytes });
    let slices = 0;
    for await (const _ of download.columns()) slices++;
    return slices;
  };
  assert.equal(await whole(128 << 20), 12, "cut where a batch of the writer ends");
  assert.ok(await whole(200_000) > 12);
  assert.throws(() => sequence.stream({ maxBufferedBytes: 0 }), RangeError);
});

test("300 topics are merged, over sockets and Workers", { timeout: 60_000 }, async () => {
  await using fx = await startEmbedded({ tcp: true, client: { lanes: 2, workers: 2 } });
  {
    await using drive = await fx.client.sequenceCreate("drive");
    for (let t = 0; t < 300; t++) {
      const topic = await drive.topicCreate(`/t${t}`, Integer64);
      for (let i = 0n; i < 5n; i++) await topic.push(i, { data: BigInt(t) });
    }
    await drive.finalize();
  }
  const found: bigint[] = [];
  for await (const { timestampNs, data } of (await fx.client.sequenceHandler("drive"))!.stream()) {
    found.push(timestampNs * 300n + (data as Integer64).data);
  }
  assert.deepEqual(found, Array.from({ length: 1_500 }, (_, i) => BigInt(i)), "ties in the order of creation");
});
