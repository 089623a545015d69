/**
 * Every way into a topic, and what comes out of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Float64, Int64, Table, tableFromIPC, tableToIPC, vectorFromArray } from "apache-arrow";
import type { JsonObject } from "../../src/base/mod.ts";
import type { Compression, TopicHandler } from "../../src/client/mod.ts";
import {
  defineOntology,
  Floating64,
  IMU,
  int64,
  Integer64,
  type OntologyType,
  optional,
  required,
  String as Text,
  uint64,
  Unsigned64,
  utf8,
} from "../../src/ontology/mod.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { failure, until } from "../support/errors.ts";

const T0 = 1_700_000_000_000_000_000n;

async function rowsOf<T>(topic: TopicHandler<T>): Promise<[bigint, T][]> {
  const rows: [bigint, T][] = [];
  for await (const { timestampNs, data } of await topic.stream()) rows.push([timestampNs, data]);
  return rows;
}

test("push, pushMany, pushColumns and pushBatch add to one topic, in their order", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive", { metadata: { car: "v7" } });
  const speed = await drive.topicCreate("/speed", Floating64, { metadata: { unit: "m/s" } });
  await speed.push(T0, { data: 0.5 });
  await speed.push(T0 + 1n, { data: 1.5 });
  await speed.pushMany([{ timestampNs: T0 + 2n, data: { data: 2.5 } }]);
  await speed.pushMany((async function* () {
    await Promise.resolve();
    yield { timestampNs: T0 + 3n, data: { data: 3.5 } };
  })());
  await speed.pushColumns({ timestampNs: new BigInt64Array([T0 + 4n, T0 + 5n]), data: new Float64Array([4.5, 5.5]) });
  await speed.pushBatch(await arrowBatch([T0 + 6n, T0 + 7n], [6.5, 7.5], fx));
  assert.equal(speed.rowCount, 8);
  assert.equal(speed.status, "active");
  await drive.finalize();
  assert.equal(speed.status, "finalized");
  assert.equal(drive.status, "finalized");

  const topic = await fx.client.topicHandler("drive", "/speed");
  assert.ok(topic);
  const rows = await rowsOf(topic as TopicHandler<Floating64>);
  assert.deepEqual(
    rows.map(([time, { data }]) => [time - T0, data]),
    [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [BigInt(i), i + 0.5]),
  );
  assert.deepEqual(topic.userMetadata, { unit: "m/s" });
  assert.equal(topic.messageCount, 8n);
});

/** A RecordBatch of apache-arrow with the columns of Floating64: what reading gives is what writing takes. */
async function arrowBatch(times: bigint[], values: number[], fx: Embedded) {
  const name = `source-${times[0]}`;
  await using source = await fx.client.sequenceCreate(name);
  const topic = await source.topicCreate("/speed", Floating64);
  for (const [i, time] of times.entries()) await topic.push(time, { data: values[i]! });
  await source.finalize();
  for await (const batch of (await fx.client.topicHandler(name, "/speed"))!.batches()) return batch;
  throw new Error("no batch");
}

test("pushBatch() takes a RecordBatch that apache-arrow made and read back from its own bytes", async () => {
  interface Sample {
    value: number;
    count: bigint;
  }
  const Sample: OntologyType<Sample> = defineOntology<Sample>("Sample", {
    value: required("value", { type: { kind: "float", bits: 64 }, shape: undefined }),
    count: required("count", int64),
  });
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/samples", Sample);
  const names = topic.ontology.schema.fields.map((field) => field.name);
  const table = new Table({
    [names[0]!]: vectorFromArray([1n, 2n, 3n], new Int64()),
    [names[1]!]: vectorFromArray([1.25, -2.5, 1e300], new Float64()),
    [names[2]!]: vectorFromArray([2n ** 63n - 1n, -(2n ** 63n), 0n], new Int64()),
  });
  for (const batch of tableFromIPC(tableToIPC(table, "stream")).batches) await topic.pushBatch(batch);
  await drive.finalize();
  const rows = await rowsOf((await fx.client.topicHandler("drive", "/samples"))!);
  assert.deepEqual(rows, [
    [1n, { value: 1.25, count: 2n ** 63n - 1n }],
    [2n, { value: -2.5, count: -(2n ** 63n) }],
    [3n, { value: 1e300, count: 0n }],
  ]);

  await using next = await fx.client.sequenceCreate("next");
  const other = await next.topicCreate("/other", Text);
  const error = await failure(() => other.pushBatch(table.batches[0]), "schema.");
  assert.match(error.message, /String|data|value/);
  assert.equal(other.rowCount, 0);
});

test("64-bit extremes come back exact, of times and of values", async () => {
  await using fx = await startEmbedded({ tcp: true });
  await using drive = await fx.client.sequenceCreate("drive");
  const signed = await drive.topicCreate("/signed", Integer64);
  const unsigned = await drive.topicCreate("/unsigned", Unsigned64);
  const times = [-(2n ** 63n) + 1n, -1n, 0n, 2n ** 53n + 1n, 2n ** 63n - 2n];
  const values = [-(2n ** 63n), -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, 0n];
  for (const [i, time] of times.entries()) {
    await signed.push(time, { data: values[i]! });
    await unsigned.push(time, { data: BigInt.asUintN(64, values[i]!) });
  }
  await drive.finalize();
  const read = async (topic: string) =>
    (await rowsOf((await fx.client.topicHandler("drive", topic)) as TopicHandler<{ data: bigint }>)).map((
      [t, row],
    ) => [t, row.data]);
  assert.deepEqual(await read("/signed"), times.map((time, i) => [time, values[i]]));
  assert.deepEqual(await read("/unsigned"), times.map((time, i) => [time, BigInt.asUintN(64, values[i]!)]));
  const handler = await fx.client.topicHandler("drive", "/signed");
  assert.deepEqual([handler!.startNs, handler!.endNs], [times[0], times.at(-1)]);
});

for (const compression of ["none", "lz4", "zstd", "auto"] as const satisfies readonly Compression[]) {
  test(`rows sent with compression ${compression} come back equal`, async () => {
    await using fx = await startEmbedded({ client: { compression } });
    await using drive = await fx.client.sequenceCreate("drive");
    const imu = await drive.topicCreate("/imu", IMU, { batchBytes: 4096 });
    const row = (i: number) => ({
      acceleration: { x: i / 8, y: 3 - i, z: 9.8 },
      angularVelocity: { x: 0, y: 0, z: i % 7 },
      header: { frameId: `frame ${i % 3}`, stamp: { seconds: BigInt(i), nanoseconds: i }, sequence: i },
    });
    const count = 1_000;
    for (let i = 0; i < count; i++) await imu.push(T0 + BigInt(i), row(i) as unknown as IMU);
    await drive.finalize();
    const topic = await fx.client.topicHandler("drive", "/imu") as TopicHandler<IMU>;
    let i = 0;
    for await (const { timestampNs, data } of await topic.stream()) {
      assert.equal(timestampNs, T0 + BigInt(i));
      const { x, y, z } = data.acceleration;
      assert.deepEqual({ x, y, z }, row(i).acceleration);
      assert.equal(data.header?.frameId, row(i).header.frameId);
      i++;
    }
    assert.equal(i, count);
  });
}

/** Rows of the only topic that have reached the server. */
async function storedRows({ client }: Embedded): Promise<bigint | undefined> {
  const sequence = await client.sequenceHandler("drive", { forceNewInstance: true });
  return sequence?.topicInfos[0]?.dataInfo.totalRowCount;
}

test("a row leaves within the flush interval, without a further push", async () => {
  await using fx = await startEmbedded({ client: { flushIntervalMs: 20 } });
  await using drive = await fx.client.sequenceCreate("drive");
  const text = await drive.topicCreate("/text", Text);
  await text.push(T0, { data: "soon" });
  await until(async () => await storedRows(fx) === 1n, 3_000);
  await text.push(T0 + 1n, { data: "later" });
  await until(async () => await storedRows(fx) === 2n, 3_000);
  await drive.finalize();
});

test("flush() sends what is buffered", async () => {
  await using fx = await startEmbedded({ client: { flushIntervalMs: 60_000 } });
  await using drive = await fx.client.sequenceCreate("drive");
  const text = await drive.topicCreate("/text", Text);
  await text.push(T0, { data: "now" });
  await text.flush();
  await until(async () => await storedRows(fx) === 1n, 3_000);
  await drive.finalize();
});

test("a topic without rows is finalized, listed and empty", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  await drive.topicCreate("/nothing", IMU);
  await drive.finalize();
  const topic = await fx.client.topicHandler("drive", "/nothing");
  assert.equal(topic?.messageCount, 0n);
  assert.equal(topic?.startNs, undefined);
  assert.deepEqual(await rowsOf(topic!), []);
  const sequence = await fx.client.sequenceHandler("drive");
  assert.deepEqual(sequence?.topics, ["/nothing"]);
  for await (const message of sequence!.stream()) assert.fail(`there is a message: ${message.topic}`);
});

test("several sessions write into one sequence", async () => {
  await using fx = await startEmbedded();
  {
    await using first = await fx.client.sequenceCreate("drive", { metadata: { car: "v7" } });
    const topic = await first.topicCreate("/a", Floating64);
    await topic.push(10n, { data: 1 });
    await first.finalize();
  }
  {
    await using second = await fx.client.sequenceUpdate("drive");
    const topic = await second.topicCreate("/b", Text);
    await topic.push(5n, { data: "before" });
    await topic.push(15n, { data: "after" });
    const open = await fx.client.sequenceHandler("drive");
    assert.equal(open?.locked, false);
    await second.finalize();
  }
  const sequence = await fx.client.sequenceHandler("drive");
  assert.equal(await sequence?.reload(), true);
  assert.equal(sequence?.locked, true);
  assert.equal(sequence?.sessions.length, 2);
  assert.deepEqual(sequence?.topics, ["/a", "/b"]);
  assert.deepEqual(sequence?.userMetadata, { car: "v7" } satisfies JsonObject);
  const messages = [];
  for await (const { topic, timestampNs } of sequence!.stream()) messages.push([topic, timestampNs]);
  assert.deepEqual(messages, [["/b", 5n], ["/a", 10n], ["/b", 15n]]);
  await failure(fx.client.sequenceUpdate("absent"), "rpc.not_found");
});

test("a type this side does not know is written, and read under the names of the wire", async () => {
  interface Wheel {
    metresPerSecond: number | bigint;
    wheelName?: string | undefined;
  }
  const Wheel: OntologyType<Wheel> = defineOntology<Wheel>("WheelSpeed", {
    metresPerSecond: required("metres_per_second", uint64),
    wheelName: optional("wheel_name", utf8),
  } as never);
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const wheel = await drive.topicCreate("/wheel", Wheel);
  await wheel.push(1n, { metresPerSecond: 2n ** 64n - 1n, wheelName: "front left" });
  await wheel.push(2n, { metresPerSecond: 0n });
  await drive.finalize();
  const topic = await fx.client.topicHandler("drive", "/wheel");
  assert.equal(topic?.ontologyTag, "WheelSpeed");
  const rows = await rowsOf(topic as TopicHandler<Record<string, unknown>>);
  assert.deepEqual(rows.map(([time, row]) => [time, row["metres_per_second"], row["wheel_name"]]), [
    [1n, 2n ** 64n - 1n, "front left"],
    [2n, 0n, undefined],
  ]);
});

test("rows that are pushed out of order come back in order", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/shuffled", Integer64, { batchBytes: 64 });
  const times = Array.from({ length: 500 }, (_, i) => BigInt((i * 211) % 500));
  for (const time of times) await topic.push(time, { data: time * 3n });
  await drive.finalize();
  const rows = await rowsOf((await fx.client.topicHandler("drive", "/shuffled")) as TopicHandler<Integer64>);
  assert.deepEqual(rows.map(([time, row]) => [time, row.data]), rows.map((_, i) => [BigInt(i), BigInt(i) * 3n]));
  assert.equal(rows.length, 500);
});

test("after finalize() nothing can be added", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/a", Floating64);
  await topic.push(1n, { data: 1 });
  await drive.finalize();
  await drive.finalize(); // idempotent
  await failure(() => topic.push(2n, { data: 2 }), "session.closed");
  await failure(drive.topicCreate("/b", Floating64), "session.closed");
});
