/**
 * Queries, as a caller writes them, and the way on to the records.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/base/mod.ts";
import { MosaicoClient } from "../../src/client/mod.ts";
import { IMU, String as Text, Vector3d } from "../../src/ontology/mod.ts";
import {
  Query,
  queryFromText,
  QueryOntologyCatalog,
  type QueryResponseItem,
  QuerySequence,
  records,
  type RecordStream,
} from "../../src/query/mod.ts";
import { GrpcStatus, RpcError, serveFlight } from "../../src/wire/flight/mod.ts";
import { runCommand } from "../support/command_line.ts";
import { startEmbedded } from "../support/embedded.ts";
import { failure } from "../support/errors.ts";

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
  assert.deepEqual(await timesOf(clusters[1]!.stream(IMU)), [700n, 710n]);

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

test("figures over a topic have the types of their columns", async () => {
  await using fx = await startEmbedded();
  const item = await record(fx.client);
  const imu = (await fx.client.topicHandler("drive", "/imu", IMU))!;
  const { x, z } = IMU.Q.acceleration;
  const found = await imu.aggregate({
    n: records.count(),
    hz: records.rate(),
    least: x.min(),
    mean: x.mean(),
    p95: x.percentile(95),
    upward: z.first(),
    until: IMU.Q.timestampNs.max(),
    frames: IMU.Q.header.frameId.count(),
    frame: IMU.Q.header.frameId.first(),
  });
  const until: bigint | undefined = found.until;
  const frame: string | undefined = found.frame;
  const least: number | undefined = found.least;
  assert.deepEqual([found.n, found.hz, least, found.mean, found.p95, found.upward, until, found.frames, frame], [
    ...[100, 99 / 990e-9, -6, -0.42, 0, 9.8, 990n, 0, undefined],
  ]);
  // @ts-expect-error a figure is known by the name it was asked for
  assert.equal(found.most, undefined);

  // Conditions and a window narrow it; the answer to a query brings its own.
  const braking = { n: records.count(), first: IMU.Q.timestampNs.first() };
  assert.deepEqual(await imu.aggregate(braking, { where: x.lt(-5) }), { n: 7, first: 200n });
  assert.deepEqual(await imu.aggregate(braking, { where: [x.lt(-5), z.gt(9)], startNs: 240n, endNs: 710n }), {
    n: 2,
    first: 240n,
  });
  assert.deepEqual(await item.topics[0]!.aggregate(braking), { n: 7, first: 200n });
  assert.deepEqual(await item.topics[0]!.aggregate(braking, { startNs: 500n }), { n: 2, first: 700n });
  assert.deepEqual(await item.topics[1]!.aggregate({ word: Text.Q.data.max(), n: Text.Q.data.count() }), {
    word: "rain",
    n: 1,
  });

  await failure(imu.aggregate({ n: Text.Q.data.count() }), "query.invalid_path");
  await failure(imu.aggregate(braking, { where: Text.Q.data.eq("rain") }), "query.invalid_path");
  await failure(imu.aggregate(braking, { where: [x.lt(1), x.gt(0)] }), "query.duplicate_key");
  await assert.rejects(imu.aggregate({}), RangeError);
  await failure(imu.aggregate(braking, { signal: AbortSignal.abort() }), "rpc.cancelled");
});

test("a query explains itself when it is asked to", async () => {
  await using fx = await startEmbedded();
  await record(fx.client);
  const query = queryFromText("IMU.acceleration.x < -5");
  assert.equal((await fx.client.query(query)).statistics, undefined);
  const explained = await fx.client.query(query, { explain: true });
  assert.deepEqual(explained.items.map((item) => item.sequence.name), ["drive"]);
  const { topics, chunks, bytesStored, elapsedNs } = explained.statistics!;
  assert.deepEqual([topics, chunks], [1, 1]);
  assert.ok(bytesStored > 0 && elapsedNs > 0n);
  const [imu] = explained.items[0]!.topics;
  assert.equal((await imu!.clusterize({ clusteringDtNs: 10n })).length, 2, "it answers like any other");
});

/** A server that answers `info` and `query`, and knows no action beside them. */
async function otherServer() {
  const answers: Record<string, unknown> = {
    info: {
      version: "0.7.0",
      semver: { major: 0, minor: 7, patch: 0 },
      config: {
        grpc_max_decode_message_size: 1 << 20,
        grpc_max_encode_message_size: 1 << 20,
        grpc_target_encode_message_size: 1 << 20,
      },
    },
    query: { items: [{ sequence: "drive", topics: [{ locator: "drive/imu", ontology_tag: "IMU" }] }] },
  };
  return await serveFlight({
    *doAction(_, { type }) {
      if (type in answers) yield utf8(JSON.stringify({ action: type, response: answers[type] }));
      else throw new RpcError(GrpcStatus.INVALID_ARGUMENT, `Bad request: no available action for string \`${type}\`.`);
    },
  }, { port: 0 });
}

test("a server without the extensions is said to lack them", { timeout: 60_000 }, async () => {
  await using server = await otherServer();
  await using client = await MosaicoClient.connect(server.host, server.port);
  const query = queryFromText("IMU.acceleration.x > 5");
  const [topic] = (await client.query(query)).items[0]!.topics;
  const figures = await failure(topic!.aggregate({ n: records.count() }), "query.unsupported_by_server");
  assert.match(figures.message, /Cannot aggregate "drive\/imu": this server cannot do that/);
  assert.ok(figures.cause instanceof RpcError);
  await failure(client.query(query, { explain: true }), "query.unsupported_by_server");

  const { code, stdout, stderr } = await runCommand([
    ...["query", "IMU.acceleration.x > 5", "--explain", "--port", String(server.port)],
  ]);
  assert.deepEqual([code, stderr], [0, "this server does not explain queries\n"]);
  assert.match(stdout, /^SEQUENCE .*\ndrive +\/imu +IMU\n$/);
});
