/**
 * Reading back: handlers, windows, merges, early ends.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MosaicoClient, StreamWindow, TopicHandler } from "../../src/client/mod.ts";
import {
  defineOntology,
  float64,
  Floating64,
  Image,
  IMU,
  Integer64,
  required,
  String as Text,
} from "../../src/ontology/mod.ts";
import { ControlConnection } from "../../src/client/control/mod.ts";
import { memoryNetwork } from "../../src/wire/net/mod.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { failure, until } from "../support/errors.ts";
import { FaultyNetwork } from "../support/faulty_network.ts";

/** A topic `/numbers` of `count` rows at times 0, step, 2·step, …, stored in chunks of `perChunk` rows. */
async function numbers(client: MosaicoClient, { count = 100, step = 10n, perChunk = 10, name = "drive" } = {}) {
  await using drive = await client.sequenceCreate(name);
  const topic = await drive.topicCreate("/numbers", Integer64);
  for (let i = 0; i < count; i++) {
    await topic.push(BigInt(i) * step, { data: BigInt(i) });
    if ((i + 1) % perChunk === 0) await topic.flush();
  }
  await drive.finalize();
  return await client.topicHandler(name, "/numbers") as TopicHandler<Integer64>;
}

async function timesOf(topic: TopicHandler, window: StreamWindow): Promise<bigint[]> {
  const times = [];
  for await (const { timestampNs } of await topic.stream(window)) times.push(timestampNs);
  return times;
}

test("a handler says what the server knows", async () => {
  await using fx = await startEmbedded();
  const before = BigInt(Date.now()) * 1_000_000n;
  {
    await using drive = await fx.client.sequenceCreate("drive", { metadata: { car: "v7", runs: [1, { n: 2 }] } });
    const imu = await drive.topicCreate("/sensors/imu", IMU, { metadata: { rateHz: 200 } });
    const at = (x: number) => ({ acceleration: { x, y: 0, z: 0 }, angularVelocity: { x: 0, y: 0, z: 0 } });
    await imu.push(100n, at(1));
    await imu.push(300n, at(2));
    const image = await drive.topicCreate("/camera", Image);
    await image.finalize();
    await drive.finalize();
  }
  const sequence = await fx.client.sequenceHandler("drive");
  assert.ok(sequence);
  assert.equal(sequence.name, "drive");
  assert.deepEqual(sequence.userMetadata, { car: "v7", runs: [1, { n: 2 }] });
  assert.deepEqual(sequence.topics, ["/sensors/imu", "/camera"]);
  assert.deepEqual([sequence.startNs, sequence.endNs], [100n, 300n]);
  assert.equal(sequence.locked, true);
  assert.ok(sequence.totalSizeBytes > 0n);
  assert.ok(
    sequence.createdAtNs >= before && sequence.createdAtNs <= before + 60_000_000_000n,
    `${sequence.createdAtNs}`,
  );
  assert.equal(sequence.updatedAtNs.length, 1);
  const topic = await fx.client.topicHandler("drive", "/sensors/imu");
  assert.ok(topic);
  assert.equal(topic.name, "/sensors/imu");
  assert.equal(topic.locator, "drive/sensors/imu");
  assert.equal(topic.sequenceName, "drive");
  assert.equal(topic.ontologyTag, "IMU");
  assert.equal(topic.serializationFormat, "default");
  assert.deepEqual(topic.userMetadata, { rateHz: 200 });
  assert.deepEqual([topic.messageCount, topic.startNs, topic.endNs, topic.locked], [2n, 100n, 300n, true]);
  assert.ok(topic.chunkCount >= 1n && topic.totalSizeBytes > 0n);
  assert.equal(topic.schema?.fields[0]?.name, "timestamp_ns");
  assert.equal((await fx.client.topicHandler("drive", "/camera"))!.serializationFormat, Image.serializationFormat);
  assert.equal(await fx.client.sequenceHandler("absent"), undefined);
  assert.equal(await fx.client.topicHandler("drive", "/absent"), undefined);
  assert.equal(await fx.client.topicHandler("absent", "/imu"), undefined);
});

test("reload() sees what others wrote", async () => {
  await using fx = await startEmbedded();
  await numbers(fx.client, { count: 3 });
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  {
    await using more = await fx.client.sequenceUpdate("drive");
    await (await more.topicCreate("/late", Text)).push(7n, { data: "x" });
    await more.finalize();
  }
  assert.deepEqual(sequence.topics, ["/numbers"]);
  await sequence.reload();
  assert.deepEqual(sequence.topics, ["/numbers", "/late"]);
});

test("windows include their start and exclude their end, inside chunks, at their edges and outside", async () => {
  await using fx = await startEmbedded();
  const topic = await numbers(fx.client, { count: 100, step: 10n, perChunk: 10 });
  const all = Array.from({ length: 100 }, (_, i) => BigInt(i) * 10n);
  const edges = [-1_000n, -1n, 0n, 1n, 10n, 15n, 89n, 90n, 91n, 95n, 100n, 101n, 110n, 500n, 989n, 990n, 991n, 5_000n];
  let checked = 0;
  for (const startNs of [undefined, ...edges]) {
    for (const endNs of [undefined, ...edges]) {
      if (startNs !== undefined && endNs !== undefined && startNs >= endNs) continue;
      if (++checked % 3 !== 0) continue; // each third keeps the file fast; every edge still takes part as start and as end
      const window = { ...(startNs === undefined ? {} : { startNs }), ...(endNs === undefined ? {} : { endNs }) };
      const expected = all.filter((time) =>
        (startNs === undefined || time >= startNs) && (endNs === undefined || time < endNs)
      );
      const stream = await topic.stream(window);
      assert.deepEqual(
        [stream.info.messageCount, stream.info.startNs, stream.info.endNs],
        [BigInt(expected.length), expected[0], expected.at(-1)],
        `info of [${startNs}, ${endNs})`,
      );
      const found = [];
      for await (const { timestampNs, data } of stream) {
        assert.equal(data.data * 10n, timestampNs);
        found.push(timestampNs);
      }
      assert.deepEqual(found, expected, `[${startNs}, ${endNs})`);
    }
  }
  assert.ok(checked > 100);
  await assert.rejects(topic.stream({ startNs: 5n, endNs: 5n }), RangeError);
  await assert.rejects(topic.stream({ startNs: 6n, endNs: 5n }), RangeError);
});

test("windows reach the ends of 64 bits", async () => {
  await using fx = await startEmbedded();
  const topic = await numbers(fx.client, { count: 3, step: 1n });
  assert.deepEqual(await timesOf(topic, { startNs: -(2n ** 63n), endNs: 2n ** 63n - 1n }), [0n, 1n, 2n]);
  assert.deepEqual(await timesOf(topic, { startNs: 2n ** 62n }), []);
});

test("batches() gives RecordBatches of apache-arrow, cut to the window", async () => {
  await using fx = await startEmbedded();
  const topic = await numbers(fx.client, { count: 100, step: 10n, perChunk: 10 });
  const times: bigint[] = [];
  for await (const batch of topic.batches({ startNs: 95n, endNs: 905n })) {
    assert.equal(batch.schema.fields[0]!.name, "timestamp_ns");
    times.push(...batch.getChildAt(0)!.toArray() as BigInt64Array);
    assert.deepEqual(
      batch.getChild("data")!.toArray(),
      (batch.getChildAt(0)!.toArray() as BigInt64Array).map((t) => t / 10n),
    );
  }
  assert.deepEqual(times, Array.from({ length: 81 }, (_, i) => 100n + BigInt(i) * 10n));
});

test("a stream is iterated as it opens: in full, in part, and with the error of its opening", async () => {
  await using fx = await startEmbedded();
  const topic = await numbers(fx.client);
  const times = [];
  for await (const { timestampNs } of topic.stream({ startNs: 970n })) times.push(timestampNs);
  assert.deepEqual(times, [970n, 980n, 990n]);
  assert.equal((await Array.fromAsync(topic.stream())).length, 100);
  for await (const { data } of topic.stream()) {
    assert.equal(data.data, 0n);
    break;
  }
  const opening = topic.stream({ startNs: 5n, endNs: 5n });
  await assert.rejects(Array.fromAsync(opening), RangeError);
  await assert.rejects(opening, RangeError);
});

test("next(), nextTimestamp() and info work by hand", async () => {
  await using fx = await startEmbedded();
  const topic = await numbers(fx.client, { count: 3, perChunk: 1 });
  await using stream = await topic.stream();
  assert.equal(await stream.nextTimestamp(), 0n);
  assert.equal(await stream.nextTimestamp(), 0n, "asking takes nothing");
  assert.deepEqual(await stream.next(), { done: false, value: { timestampNs: 0n, data: { data: 0n } } });
  assert.equal(await stream.nextTimestamp(), 10n);
  await stream.next();
  await stream.next();
  assert.equal(await stream.nextTimestamp(), undefined);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  stream.close();
  assert.deepEqual(await stream.next(), { done: true, value: undefined }, "it had come to its end before");
  const { serializationFormat, ontologyTag, messageCount } = stream.info;
  assert.deepEqual([serializationFormat, ontologyTag, messageCount], ["default", "Integer64", 3n]);
});

/** Three topics whose times interleave and collide. */
async function threeTopics({ client }: Embedded): Promise<void> {
  await using drive = await client.sequenceCreate("drive");
  const steps = { "/a": 2n, "/b": 3n, "/c": 5n };
  for (const [name, step] of Object.entries(steps)) {
    const topic = await drive.topicCreate(name, Integer64, { batchBytes: 64 });
    for (let time = 0n; time < 120n; time += step) await topic.push(time, { data: time });
  }
  await drive.finalize();
}

test("a sequence is merged in time; ties go to the topic that was created first", async () => {
  await using fx = await startEmbedded({ client: { lanes: 2 } });
  await threeTopics(fx);
  const expected: [bigint, string][] = [];
  for (let time = 0n; time < 120n; time++) {
    if (time % 2n === 0n) expected.push([time, "/a"]);
    if (time % 3n === 0n) expected.push([time, "/b"]);
    if (time % 5n === 0n) expected.push([time, "/c"]);
  }
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  const stream = sequence.stream();
  const { messageCount, startNs, endNs, topics } = await stream.info();
  assert.deepEqual([messageCount, startNs, endNs], [BigInt(expected.length), 0n, 118n]);
  assert.deepEqual(topics.map((info) => [info.topic, info.endNs]), [["/a", 118n], ["/b", 117n], ["/c", 115n]]);
  const found: [bigint, string][] = [];
  for await (const { timestampNs, topic, ontologyTag, data } of stream) {
    assert.equal(ontologyTag, "Integer64");
    assert.deepEqual(data, { data: timestampNs });
    found.push([timestampNs, topic]);
  }
  assert.deepEqual(found, expected);

  const some = [];
  for await (const m of sequence.stream({ topics: ["/c", "/a"], startNs: 10n, endNs: 21n })) {
    some.push([m.timestampNs, m.topic]);
  }
  assert.deepEqual(some, expected.filter(([time, topic]) => topic !== "/b" && time >= 10n && time < 21n));
  const error = await failure(sequence.stream({ topics: ["/a", "/z"] }).next(), "session.unknown_topic");
  assert.match(error.message, /\/z.*\/a, \/b, \/c/);
  assert.equal(await sequence.stream({ topics: [] }).nextTimestamp(), undefined);
  assert.equal(await sequence.stream({ startNs: 1_000n }).nextTimestamp(), undefined);
});

test("leaving a loop early cancels the download: the server stops sending, the connection lives on", async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network, client: { lanes: 1 } });
  const rows = 200_000;
  {
    await using drive = await fx.client.sequenceCreate("drive");
    const topic = await drive.topicCreate("/big", Floating64);
    for (let part = 0; part < 40; part++) {
      const timestampNs = BigInt64Array.from({ length: rows / 2 }, (_, i) => BigInt(part * rows + i));
      await topic.pushColumns({ timestampNs, data: new Float64Array(rows / 2).fill(part) });
    }
    await drive.finalize();
  }
  await using reader = await fx.connect({ lanes: 1 });
  const whole = (await reader.topicHandler("drive", "/big"))!;
  assert.ok(whole.totalSizeBytes > 60_000_000n);
  for await (const { data } of whole.stream()) {
    assert.deepEqual(data, { data: 0 });
    break;
  }
  const data = network.dialled.at(-1)!;
  await until(async () => {
    const before = data.bytesIn;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return data.bytesIn === before;
  });
  assert.ok(data.bytesIn < 50_000_000, `${data.bytesIn} bytes came of ${whole.totalSizeBytes}`);
  const connections = network.dialled.length;
  assert.deepEqual(await timesOf(whole, { startNs: 5n, endNs: 8n }), [5n, 6n, 7n]);
  const sequence = (await reader.sequenceHandler("drive"))!;
  for await (const _ of sequence.stream()) break;
  const stream = sequence.stream();
  await stream.next();
  await stream.return();
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.equal(network.dialled.length, connections, "no connection was lost");
});

test("a signal gives up opening a download with its reason", async () => {
  await using fx = await startEmbedded();
  const topic = await numbers(fx.client);
  const reason = new Error("no more");
  const signal = AbortSignal.abort(reason);
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  await assert.rejects(topic.stream({ signal }), reason);
  await assert.rejects(sequence.stream({ signal }).next(), reason);
  const error = await failure(fx.client.listSequences({ signal }), "rpc.cancelled");
  assert.match(String(((error.cause as Error).cause as Error).message), /no more/);
  assert.equal((await timesOf(topic, {})).length, 100);
});

for (const workers of [0, 1]) {
  test(`a signal ends a running download: ${workers} Workers`, async () => {
    const tcp = { tcp: true, client: { lanes: 1, workers } };
    await using fx = await startEmbedded(tcp);
    const topic = await numbers(fx.client, { count: 1_000, perChunk: 10 });
    const sequence = (await fx.client.sequenceHandler("drive"))!;
    for (
      const open of [
        (signal: AbortSignal) => topic.stream({ signal }),
        (signal: AbortSignal) => Promise.resolve(sequence.stream({ signal })),
      ]
    ) {
      const reason = new Error("enough");
      const controller = new AbortController();
      const stream = await open(controller.signal);
      assert.equal((await stream.next()).value?.timestampNs, 0n);
      controller.abort(reason);
      await assert.rejects(stream.next(), reason);
      await assert.rejects(stream.nextTimestamp(), reason, "the end of it is not the end of the data");
      stream.close();
      await assert.rejects(stream.next(), reason);
    }
    const controller = new AbortController();
    const batches = topic.batches({ signal: controller.signal });
    await batches.next();
    controller.abort(new Error("enough"));
    await assert.rejects(batches.next(), /enough/);

    const late = new AbortController();
    const whole = await Array.fromAsync(await topic.stream({ signal: late.signal }));
    late.abort();
    assert.equal(whole.length, 1_000);
  });
}

test("a signal ends the read that waits", async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network, client: { lanes: 1 } });
  const topic = await numbers(fx.client);
  const reason = new Error("enough");
  const controller = new AbortController();
  const stream = await topic.stream({ signal: controller.signal });
  const waiting = stream.next();
  controller.abort(reason); // the server has had no turn to answer
  await assert.rejects(waiting, reason);
});

test("columns() and batches() begin where the messages that were read end", async () => {
  await using fx = await startEmbedded();
  const topic = await numbers(fx.client, { count: 30, perChunk: 10 });
  for (const taken of [0, 1, 9, 10, 11]) {
    await using stream = await topic.stream();
    assert.equal(await stream.nextTimestamp(), 0n);
    for (let i = 0; i < taken; i++) await stream.next();
    const rest: bigint[] = [];
    for await (const batch of stream.batches()) rest.push(...batch.getChildAt(0)!.toArray() as BigInt64Array);
    assert.deepEqual(rest, Array.from({ length: 30 - taken }, (_, i) => BigInt(taken + i) * 10n));
  }
});

test("a topic whose upload has not begun has no schema and no rows", async () => {
  await using fx = await startEmbedded({ tcp: true });
  await using control = await ControlConnection.open({ host: fx.server.host, port: fx.server.port });
  await control.call("sequence_create", { locator: "drive", userMetadata: {} });
  const { uuid: sessionUuid } = await control.call("session_create", { locator: "drive" });
  const type = { serializationFormat: "default", ontologyTag: "Integer64" } as const;
  await control.call("topic_create", { ...type, locator: "drive/numbers", sessionUuid, userMetadata: {} });
  const topic = (await fx.client.topicHandler("drive", "/numbers", Integer64))!;
  assert.deepEqual([topic.schema, topic.messageCount, topic.locked], [undefined, 0n, false]);
  assert.deepEqual(await Array.fromAsync((await fx.client.sequenceHandler("drive"))!.stream()), []);
  await failure(fx.client.topicHandler("drive", "/numbers", IMU), "schema.mismatch");
});

test("a typed handler reads as its type, or says what the topic holds", async () => {
  interface Wheel {
    readonly turnsPerSecond: number;
  }
  const Wheel = defineOntology<Wheel>("Wheel", { turnsPerSecond: required("turns_per_second", float64) });
  const Other = defineOntology<{ turns: number }>("Wheel", { turns: required("turns", float64) });
  await using fx = await startEmbedded();
  {
    await using drive = await fx.client.sequenceCreate("drive");
    await (await drive.topicCreate("/wheel", Wheel)).push(1n, { turnsPerSecond: 2 });
    await drive.finalize();
  }
  const wheel = (await fx.client.topicHandler("drive", "/wheel", Wheel))!;
  const [message] = await Array.fromAsync(await wheel.stream());
  const turns: number = message!.data.turnsPerSecond;
  assert.equal(turns, 2, "although the client's registry does not know the type");
  const error = await failure(fx.client.topicHandler("drive", "/wheel", IMU), "schema.mismatch");
  assert.match(error.message, /drive\/wheel.*as IMU: it holds Wheel/);
  assert.match((await failure(fx.client.topicHandler("drive", "/wheel", Other), "schema.mismatch")).message, /version/);
  assert.equal(await fx.client.topicHandler("drive", "/absent", Wheel), undefined);
});

test("a topic can be read while it is written", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/live", Integer64);
  for (let i = 0n; i < 5n; i++) await topic.push(i, { data: i });
  await topic.flush();
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  await until(async () => await sequence.reload() && sequence.topicInfos[0]!.dataInfo.totalRowCount === 5n);
  const reader = (await fx.client.topicHandler("drive", "/live"))!;
  assert.equal(reader.locked, false);
  assert.deepEqual(await timesOf(reader, {}), [0n, 1n, 2n, 3n, 4n]);
  await drive.finalize();
});

/** Two topics of 40 rows, some on the server still when the first is read. */
async function twoTopics(client: MosaicoClient): Promise<void> {
  await using drive = await client.sequenceCreate("drive");
  for (const name of ["/a", "/b"]) {
    const topic = await drive.topicCreate(name, Integer64);
    for (let i = 0n; i < 40n; i++) {
      await topic.push(i, { data: i });
      if (i % 4n === 3n) await topic.flush();
    }
  }
  await drive.finalize();
}

test("a handler has one live stream: a new one closes the one before", async () => {
  await using fx = await startEmbedded();
  await twoTopics(fx.client);
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  const topic = (await fx.client.topicHandler("drive", "/a"))!;
  for (
    const open of [
      () => topic.stream(),
      () => Promise.resolve(sequence.stream()),
    ]
  ) {
    const first = await open();
    assert.equal((await first.next()).value?.timestampNs, 0n);
    const second = await open();
    const error = await failure(first.next(), "session.stream_closed");
    assert.match(error.message, /drive|\/a/);
    await failure(first.nextTimestamp(), "session.stream_closed");
    await failure(first.batches().next(), "session.stream_closed");
    assert.equal((await second.next()).value?.timestampNs, 0n);
    second.close();
    await failure(second.next(), "session.stream_closed");
    const whole = await Array.fromAsync(await open());
    assert.ok(whole.length >= 40);
  }
  const [early, late] = await Promise.all([topic.stream(), topic.stream()]);
  await failure(early.next(), "session.stream_closed");
  assert.equal((await late.next()).value?.timestampNs, 0n);
  assert.equal((await topic.toTable()).numRows, 40, "a table is a download of its own");
  assert.equal((await late.next()).value?.timestampNs, 1n);
  const own = (await fx.client.topicHandler("drive", "/a", { forceNewInstance: true }))!;
  assert.equal((await Array.fromAsync(await own.stream())).length, 40);
  assert.equal((await late.next()).value?.timestampNs, 2n, "another handler's stream is another's");
});

test("a read that waits learns that its stream was closed", async () => {
  const network = new FaultyNetwork(memoryNetwork());
  await using fx = await startEmbedded({ network, client: { lanes: 1 } });
  await twoTopics(fx.client);
  const topic = (await fx.client.topicHandler("drive", "/a"))!;
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  for (const stream of [await topic.stream(), sequence.stream()]) {
    const waiting = failure(stream.next(), "session.stream_closed");
    stream.close(); // the server has had no turn to answer
    await waiting;
  }
  for (const stream of [await topic.stream(), sequence.stream()]) {
    const waiting = stream.next();
    await stream.return();
    assert.deepEqual(await waiting, { done: true, value: undefined }, "leaving is not closing");
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
  }
});

test("closing the client closes the streams of its handlers", async () => {
  await using fx = await startEmbedded();
  await twoTopics(fx.client);
  const client = await fx.connect();
  const sequence = (await client.sequenceHandler("drive"))!;
  const streams = [
    await (await client.topicHandler("drive", "/a"))!.stream(),
    await (await sequence.topicHandler("/b")).stream(),
    sequence.stream(),
  ];
  for (const stream of streams) assert.equal((await stream.next()).value?.timestampNs, 0n);
  await client.close();
  for (const stream of streams) await failure(stream.next(), "session.stream_closed");
});

test("many readers share the connections of one client", async () => {
  await using fx = await startEmbedded({ tcp: true, client: { lanes: 2 } });
  const topic = await numbers(fx.client, { count: 500, perChunk: 50 });
  const counts = await Promise.all(Array.from({ length: 20 }, async () => {
    const reader = await fx.client.topicHandler("drive", topic.name, { forceNewInstance: true });
    return (await timesOf(reader!, {})).length;
  }));
  assert.deepEqual(new Set(counts), new Set([500]));
});
