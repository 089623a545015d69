/**
 * Queries, as a caller writes them, and the way on to the records.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { IMU, String as Text, Vector3d } from "../../src/ontology/mod.ts";
import {
  Query,
  QueryOntologyCatalog,
  type QueryResponseItem,
  QuerySequence,
  type RecordStream,
} from "../../src/query/mod.ts";
import { startEmbedded } from "../support/embedded.ts";

test("query() takes builders, or one prepared query with its limits", async () => {
  await using fx = await startEmbedded();
  const builders: Parameters<MosaicoClient["query"]> = [new QuerySequence().withName("drive")];
  assert.deepEqual((await fx.client.query(...builders)).items, []);
  const prepared = new Query(...builders);
  assert.deepEqual((await fx.client.query(prepared)).items, []);
  const reason = new Error("no more");
  await assert.rejects(fx.client.query(prepared, { signal: AbortSignal.abort(reason) }), { code: "rpc.cancelled" });
  // @ts-expect-error a prepared query stands alone
  await assert.rejects(fx.client.query(builders[0]!, prepared));
});

/** `drive`: 100 IMU records at 0, 10, …, 990 that brake at 200–240 and 700–710, and a text every 50. */
async function record(client: MosaicoClient): Promise<QueryResponseItem> {
  await using drive = await client.sequenceCreate("drive");
  const imu = await drive.topicCreate("/imu", IMU);
  const text = await drive.topicCreate("/log", Text);
  for (let time = 0n; time < 1_000n; time += 10n) {
    const brakes = (time >= 200n && time <= 240n) || time === 700n || time === 710n;
    const vector = { x: brakes ? -6 : 0, y: 0, z: 9.8 };
    await imu.push(time, { acceleration: vector, angularVelocity: { x: 0, y: 0, z: 0 } });
    if (time % 50n === 0n) await text.push(time, { data: time === 700n ? "rain" : "dry" });
  }
  await drive.finalize();
  const found = await client.query(new QueryOntologyCatalog(IMU.Q.acceleration.x.lt(-5), Text.Q.data.eq("rain")));
  assert.equal(found.length, 1);
  return found.items[0]!;
}

const timesOf = async (stream: AsyncIterable<{ timestampNs: bigint }>) => {
  const times: bigint[] = [];
  for await (const { timestampNs } of stream) times.push(timestampNs);
  return times;
};

test("a cluster of a topic leads to its records, the last one included", async () => {
  await using fx = await startEmbedded();
  const item = await record(fx.client);
  const [imu] = item.topics;
  const clusters = await imu!.clusterize({ clusteringDtNs: 10n });
  assert.deepEqual(clusters.map(({ id, range }) => [id, range.startNs, range.endNs]), [[0n, 200n, 240n], [
    1n,
    700n,
    710n,
  ]]);
  assert.deepEqual(await timesOf(await clusters[0]!.stream()), [200n, 210n, 220n, 230n, 240n]);
  assert.deepEqual(await timesOf(await clusters[1]!.stream(IMU)), [700n, 710n]);

  // The rows of a gap that clusters bridge are there too; the type says what a record is.
  const [all] = await imu!.clusterize();
  const stream: RecordStream<IMU> = await all!.stream(IMU);
  let braking = 0;
  let count = 0;
  for await (const { data } of stream) {
    count++;
    if (data.acceleration.x < -5) braking++;
  }
  assert.deepEqual([count, braking], [52, 7]);

  let rows = 0;
  for await (const batch of clusters[0]!.batches()) rows += batch.numRows;
  assert.equal(rows, 5);

  // A single record is a cluster whose ends are one.
  const [rain] = await item.topics[1]!.clusterize();
  assert.deepEqual(rain!.range, { startNs: 700n, endNs: 700n });
  const [only] = await Array.fromAsync(await rain!.stream(Text));
  assert.deepEqual(only, { timestampNs: 700n, data: { data: "rain" } });
});

test("streams of clusters are their own: leaving one leaves the others, and the signal ends one", async () => {
  await using fx = await startEmbedded();
  const item = await record(fx.client);
  const [first, second] = await item.topics[0]!.clusterize({ clusteringDtNs: 10n });
  await using one = await first!.stream();
  await using two = await second!.stream();
  assert.equal((await one.next()).value!.timestampNs, 200n);
  for await (const { timestampNs } of two) {
    assert.equal(timestampNs, 700n);
    break;
  }
  assert.deepEqual(await timesOf(one), [210n, 220n, 230n, 240n]);

  const reason = new Error("enough");
  await assert.rejects(first!.stream({ signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(first!.stream(Vector3d), { code: "schema.mismatch" });
  await fx.client.sequenceDelete("drive", { locked: true });
  await assert.rejects(first!.stream(), { code: "rpc.not_found" });
  await assert.rejects(first!.stream(IMU), { code: "rpc.not_found" });
});

test("an overlap leads to the records of all its topics, merged in time", async () => {
  await using fx = await startEmbedded();
  const item = await record(fx.client);
  const overlaps = await item.intersect([], { clusteringDtNs: 10n });
  assert.deepEqual(overlaps.map(({ range }) => range), [{ startNs: 700n, endNs: 700n }]);
  assert.deepEqual([overlaps[0]!.sequence, overlaps[0]!.topics], ["drive", ["/imu", "/log"]]);
  const found: [string, bigint][] = [];
  for await (const { topic, timestampNs } of await overlaps[0]!.stream()) found.push([topic, timestampNs]);
  assert.deepEqual(found, [["/imu", 700n], ["/log", 700n]]);
  const byTopic = await item.clusterizeAll({ clusteringDtNsByTag: { IMU: 10n } });
  assert.deepEqual([...byTopic].map(([name, clusters]) => [name, clusters.length]), [["/imu", 2], ["/log", 1]]);
});
