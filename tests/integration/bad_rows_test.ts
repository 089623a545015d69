/**
 * Bad input of a writer: named in the error, and without a trace in the data.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, type JsonObject } from "../../src/base/mod.ts";
import type { MosaicoClient, TopicHandler } from "../../src/client/mod.ts";
import {
  CompressedImage,
  Floating64,
  IMU,
  Integer8,
  type OntologyType,
  String as Text,
  Time,
} from "../../src/ontology/mod.ts";
import { memoryNetwork } from "../../src/wire/net/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { failure } from "../support/errors.ts";
import { FaultyNetwork } from "../support/faulty_network.ts";

const good: IMU = { acceleration: { x: 1, y: 2, z: 3 }, angularVelocity: { x: 4, y: 5, z: 6 } };

interface BadRow {
  readonly what: string;
  readonly type: OntologyType<never>;
  readonly good: unknown;
  readonly row: unknown;
  readonly time?: unknown;
  /** What the text has to say. */
  readonly says: RegExp;
}
const asAny = (type: OntologyType<never> | unknown) => type as OntologyType<never>;
const badRows: readonly BadRow[] = [
  {
    what: "a missing struct",
    type: asAny(IMU),
    good,
    row: { acceleration: good.acceleration },
    says: /angular_?[vV]elocity/,
  },
  {
    what: "a missing number inside a struct",
    type: asAny(IMU),
    good,
    row: { ...good, acceleration: { x: 1, y: 2 } },
    says: /IMU.*acceleration\.z/,
  },
  {
    what: "text for a number",
    type: asAny(IMU),
    good,
    row: { ...good, acceleration: { x: 1, y: "2", z: 3 } },
    says: /acceleration\.y.*"2"/,
  },
  {
    what: "a number for a struct",
    type: asAny(IMU),
    good,
    row: { ...good, acceleration: 9.8 },
    says: /IMU.*acceleration/,
  },
  { what: "null for a row", type: asAny(IMU), good, row: null, says: /null/ },
  { what: "an array for a row", type: asAny(Floating64), good: { data: 1 }, row: [1], says: /data|object/ },
  { what: "a number for text", type: asAny(Text), good: { data: "x" }, row: { data: 7 }, says: /data.*7/ },
  { what: "a number out of range", type: asAny(Integer8), good: { data: 1 }, row: { data: 128 }, says: /data.*128/ },
  {
    what: "a fraction for an integer",
    type: asAny(Integer8),
    good: { data: 1 },
    row: { data: 1.5 },
    says: /data.*1\.5/,
  },
  { what: "a bigint for a float", type: asAny(Floating64), good: { data: 1 }, row: { data: 2n }, says: /data.*2/ },
  {
    what: "a number for the time",
    type: asAny(Floating64),
    good: { data: 1 },
    row: { data: 1 },
    time: 5,
    says: /timestamp|time/i,
  },
  {
    what: "a time beyond 64 bits",
    type: asAny(Floating64),
    good: { data: 1 },
    row: { data: 1 },
    time: 2n ** 63n,
    says: /9223372036854775808/,
  },
  {
    what: "text for bytes",
    type: asAny(CompressedImage),
    good: { data: new Uint8Array([1, 2]), format: "jpeg" },
    row: { data: "not bytes", format: "jpeg" },
    says: /data.*not bytes/,
  },
  {
    what: "a value outside of a fixed set",
    type: asAny(CompressedImage),
    good: { data: new Uint8Array([1]), format: "jpeg" },
    row: { data: new Uint8Array([1]), format: "bmp-of-sorts" },
    says: /format.*bmp-of-sorts/,
  },
];

for (const { what, type, good, row, time, says } of badRows) {
  test(`${what} is named, leaves no trace, and the next push works`, async () => {
    await using fx = await startEmbedded();
    await using drive = await fx.client.sequenceCreate("drive");
    const topic = await drive.topicCreate("/t", type);
    await topic.push(1n, good as never);
    const error = await failure(() => topic.push((time ?? 2n) as bigint, row as never), "schema.");
    assert.match(error.message, says);
    assert.equal(topic.rowCount, 1);
    assert.deepEqual([topic.status, topic.isActive, topic.lastError], ["raised_exception", true, error]);
    await topic.push(3n, good as never);
    assert.deepEqual([topic.status, topic.lastError], ["active", undefined]);
    await drive.finalize();
    assert.equal(topic.rowCount, 2);
    const handler = (await fx.client.topicHandler("drive", "/t"))!;
    assert.equal(handler.messageCount, 2n);
    const times = [];
    for await (const { timestampNs } of await handler.stream()) times.push(timestampNs);
    assert.deepEqual(times, [1n, 3n]);
  });
}

test("pushMany() stops at the bad row; the rows before it are kept", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/t", Floating64);
  const rows = [{ timestampNs: 1n, data: { data: 1 } }, { timestampNs: 2n, data: { data: "x" as never } }];
  await failure(topic.pushMany([...rows, { timestampNs: 3n, data: { data: 3 } }]), "schema.");
  await topic.push(4n, { data: 4 });
  await drive.finalize();
  assert.equal((await fx.client.topicHandler("drive", "/t"))?.messageCount, 2n);
});

test("columns that are missing, unknown, of another type or length are named, and leave no trace", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/t", Floating64);
  const timestampNs = new BigInt64Array([1n, 2n]);
  const data = new Float64Array(2);
  const bad: readonly [unknown, RegExp][] = [
    [{ data }, /timestamp/],
    [{ timestampNs }, /data/],
    [{ timestampNs, data: new Float64Array(3) }, /data.*3.*2/],
    [{ timestampNs, data: new Float32Array(2) }, /data/],
    [{ timestampNs, data, more: data }, /more/],
    [{ timestampNs: [1n, "2"], data }, /timestamp/],
  ];
  for (const [columns, says] of bad) {
    const error = await failure(() => topic.pushColumns(columns as never), "schema.");
    assert.match(error.message, says);
  }
  assert.equal(topic.rowCount, 0);
  await topic.pushColumns({ timestampNs, data });
  await drive.finalize();
  assert.equal((await fx.client.topicHandler("drive", "/t"))?.messageCount, 2n);
});

test("columns whose values break a rule of the type are named by row, and leave no trace", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/t", Time);
  const columns = (nanoseconds: number[]) => ({
    timestampNs: BigInt64Array.from(nanoseconds, (_, i) => BigInt(i)),
    seconds: new Int32Array(nanoseconds.length),
    nanoseconds: Uint32Array.from(nanoseconds),
  });
  const error = await failure(() => topic.pushColumns(columns([0, 1, 1e9])), "schema.invalid_value");
  assert.match(
    error.message,
    /row 2 of a batch of Time: nanoseconds is 1000000000, must be at least 0 and less than 1e9/,
  );
  assert.equal(topic.rowCount, 0);
  await topic.pushColumns(columns([0, 1]));
  await drive.finalize();
  assert.equal((await fx.client.topicHandler("drive", "/t"))?.messageCount, 2n);
});

test("pushBatch() refuses what is no RecordBatch", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/t", Floating64);
  for (const nothing of [undefined, null, 5, {}, { schema: {}, data: {} }]) {
    await assert.rejects(async () => await topic.pushBatch(nothing), (error: Error) => {
      assert.ok(/schema\.|TypeError/.test(`${(error as { code?: string }).code} ${error.name}`), String(error.stack));
      return true;
    });
  }
  await topic.push(1n, { data: 1 });
  await drive.finalize();
  assert.equal((await fx.client.topicHandler("drive", "/t"))?.messageCount, 1n);
});

const badNames = ["", " ", "-a", "_a", "a b", "a/b", "ä", "a.b", "a:b", "a\nb", "../x", "a\u0000"];

test("names of sequences and topics that break a rule never reach the server", async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network });
  await using drive = await fx.client.sequenceCreate("good-Name_1");
  const sent = network.dialled[0]!.bytesOut;
  for (const name of badNames) {
    const error = await failure(fx.client.sequenceCreate(name), "message.");
    assert.ok(error.message.length < 500);
  }
  for (const name of ["", "/", "//", "/a//b", "/a b", "/ä", "/a/", "/a:b", "/\u0000"]) {
    await failure(drive.topicCreate(name, Floating64), "message.");
  }
  assert.equal(network.dialled[0]!.bytesOut, sent);
  assert.deepEqual(await fx.client.listSequences(), ["good-Name_1"]);
  assert.deepEqual(drive.listTopicWriters(), []);
});

test("questions about names that break a rule fail or find nothing", async () => {
  await using fx = await startEmbedded();
  const asks: readonly ((client: MosaicoClient, name: string) => Promise<unknown>)[] = [
    (client, name) => client.sequenceHandler(name),
    (client, name) => client.topicHandler(name, "/a"),
    (client, name) => client.topicHandler("a", name),
    (client, name) => client.listTopicNotifications("a", name),
    (client, name) => client.sequenceUpdate(name),
  ];
  for (const ask of asks) {
    for (const name of ["", "a b", "ä", "a\u0000"]) {
      const outcome = await ask(fx.client, name).catch((error: unknown) => error);
      assert.ok(outcome === undefined || isMosaicoError(outcome, "message.", "rpc."), `${name}: ${outcome}`);
    }
  }
});

test("metadata that is not JSON is refused, with the path of the value", async () => {
  await using fx = await startEmbedded();
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const bad: readonly [unknown, RegExp][] = [
    [{ when: new Date(0) }, /when/],
    [{ a: { b: [1, undefined] } }, /a\.b\[1\]/],
    [{ a: NaN }, /a .*finite/],
    [{ a: Infinity }, /a /],
    [{ a: 2n ** 64n }, /a .*64 bits/],
    [{ a: () => 1 }, /a /],
    [{ a: Symbol("x") }, /a /],
    [{ a: new Map() }, /a /],
    [{ "a.b": 1 }, /key/],
    [cyclic, /self|deeper|characters/],
    [[1], /object/],
    ["text", /object/],
    [{ a: "x".repeat(2 << 20) }, /characters/],
  ];
  for (const [metadata, says] of bad) {
    const error = await failure(fx.client.sequenceCreate("drive", { metadata: metadata as JsonObject }), "message.");
    assert.match(error.message, says);
    assert.ok(error.message.length < 1_000);
  }
  assert.deepEqual(await fx.client.listSequences(), []);
  await using drive = await fx.client.sequenceCreate("drive", { metadata: { big: 2n ** 64n - 1n, n: null, t: true } });
  await failure(drive.topicCreate("/a", Floating64, { metadata: { x: new Date() as never } }), "message.");
  await (await drive.topicCreate("/a", Floating64)).push(1n, { data: 1 });
  await drive.finalize();
  const { userMetadata } = (await fx.client.sequenceHandler("drive"))!;
  assert.deepEqual(userMetadata, { big: 2n ** 64n - 1n, n: null, t: true });
});

test("pushes that nobody awaits end in session.overrun, before memory does; what was taken arrives", async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network, client: { lanes: 1 } });
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/t", Floating64);
  await topic.push(0n, { data: 0 });
  await topic.flush();
  const data = network.dialled.at(-1)!;
  data.hold();
  let taken = 1;
  const error = await failure(() => {
    for (; taken < 20_000_000; taken++) void topic.push(BigInt(taken), { data: taken });
  }, "session.overrun");
  assert.match(error.message, /await/);
  const bytes = taken * 16;
  assert.ok(bytes > 1 << 20 && bytes < 256 << 20, `${bytes} bytes were taken`);
  data.release();
  await topic.flush();
  await topic.push(BigInt(taken), { data: taken });
  await drive.finalize();
  assert.equal((await fx.client.topicHandler("drive", "/t") as TopicHandler).messageCount, BigInt(taken + 1));
});

test("a record over the server's limit is dropped with a note; the rest arrives", async () => {
  await using fx = await startEmbedded({ server: { limits: { maxMessageBytes: 1 << 20 } } });
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/t", Text);
  await topic.push(1n, { data: "small" });
  await topic.push(2n, { data: "x".repeat(2 << 20) });
  await topic.flush();
  assert.equal(topic.droppedRecordCount, 1);
  assert.equal(topic.status, "record_too_large");
  await topic.push(3n, { data: "small again" });
  assert.equal(topic.status, "active");
  await drive.finalize();
  const times = [];
  for await (const { timestampNs } of (await fx.client.sequenceHandler("drive"))!.stream()) times.push(timestampNs);
  assert.deepEqual(times, [1n, 3n]);
  const [note] = await fx.client.listTopicNotifications("drive", "/t");
  assert.match(note!.message, /2097\d+ bytes|exceeds/);
});

test("a batch over the server's limit is cut", async () => {
  await using fx = await startEmbedded({ server: { limits: { maxMessageBytes: 1 << 20 } } });
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/t", Floating64);
  const rows = 500_000;
  await topic.pushColumns({
    timestampNs: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)),
    data: Float64Array.from({ length: rows }, (_, i) => i),
  });
  await drive.finalize();
  const handler = (await fx.client.topicHandler("drive", "/t"))!;
  assert.equal(handler.messageCount, BigInt(rows));
  let next = 0n;
  for await (const batch of handler.batches()) {
    for (const time of batch.getChildAt(0)!.toArray() as BigInt64Array) assert.equal(time, next++);
  }
  assert.equal(next, BigInt(rows));
});
