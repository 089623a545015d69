/**
 * Listing, existence, deletion, physical state, and questions about the data.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Floating64, IMU, String as Text } from "../../src/ontology/mod.ts";
import type { TopicCluster } from "../../src/protocol/mod.ts";
import { Query, type QueryBuilder, QueryOntologyCatalog, QuerySequence, QueryTopic } from "../../src/query/mod.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { failure } from "../support/errors.ts";

async function record({ client }: Embedded, name: string, finalize = true): Promise<void> {
  const drive = await client.sequenceCreate(name, { metadata: { car: name } });
  const topic = await drive.topicCreate("/speed", Floating64);
  for (let i = 0n; i < 10n; i++) await topic.push(i, { data: Number(i) });
  if (finalize) await drive.finalize();
  else await topic.flush();
}

test("sequences and topics are listed, and exist or not", async () => {
  await using fx = await startEmbedded();
  assert.deepEqual(await fx.client.listSequences(), []);
  await record(fx, "one");
  await record(fx, "two");
  assert.deepEqual((await fx.client.listSequences()).sort(), ["one", "two"]);
  assert.equal(await fx.client.sequenceExists("one"), true);
  assert.equal(await fx.client.sequenceExists("three"), false);
  assert.equal(await fx.client.topicExists("one", "/speed"), true);
  assert.equal(await fx.client.topicExists("one", "/absent"), false);
  assert.equal(await fx.client.topicExists("three", "/speed"), false);
  await failure(fx.client.sequenceCreate("one"), "rpc.already_exists");
});

test("a locked sequence is deleted only when that is said", async () => {
  await using fx = await startEmbedded();
  await record(fx, "drive");
  const error = await failure(fx.client.sequenceDelete("drive"), "session.locked");
  assert.match(error.message, /drive.*locked: true/);
  await failure(fx.client.sequenceDelete("drive", { locked: false }), "session.locked");
  assert.equal(await fx.client.sequenceExists("drive"), true);
  await fx.client.sequenceDelete("drive", { locked: true });
  assert.equal(await fx.client.sequenceExists("drive"), false);
  await failure(fx.client.sequenceDelete("drive"), "rpc.not_found");
  await failure(fx.client.sequenceDelete("drive", { locked: true }), "rpc.not_found");
});

test("an open sequence is deleted at once", async () => {
  await using fx = await startEmbedded();
  await record(fx, "drive", false);
  await fx.client.sequenceDelete("drive");
  assert.equal(await fx.client.sequenceExists("drive"), false);
});

test("topics and sessions are deleted one by one", async () => {
  await using fx = await startEmbedded();
  await record(fx, "drive");
  {
    await using more = await fx.client.sequenceUpdate("drive");
    await (await more.topicCreate("/text", Text)).push(1n, { data: "x" });
    await (await more.topicCreate("/other", Text)).push(1n, { data: "y" });
    await more.finalize();
  }
  await fx.client.topicDelete("drive", "/text");
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  assert.deepEqual(sequence.topics, ["/speed", "/other"]);
  await fx.client.sessionDelete(sequence.sessions[1]!.locator);
  await sequence.reload();
  assert.deepEqual(sequence.topics, ["/speed"]);
  await failure(fx.client.topicDelete("drive", "/text"), "rpc.not_found");
  await failure(fx.client.sessionDelete("drive:01ARZ3NDEKTSV4RRFFQ69G5FAV"), "rpc.not_found");
});

test("sessions say when they were, whether they are closed, and what they hold", async () => {
  await using fx = await startEmbedded();
  await record(fx, "drive");
  await using more = await fx.client.sequenceUpdate("drive");
  await more.topicCreate("/text", Text);
  const drive = (await fx.client.sequenceHandler("drive"))!;
  const [first, second] = drive.sessions;
  assert.match(first!.locator, /^drive:[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.ok(first!.completedAtNs! >= first!.createdAtNs && second!.createdAtNs >= first!.completedAtNs!);
  assert.deepEqual([first!.locked, first!.topics], [true, ["drive/speed"]]);
  assert.deepEqual([second!.locked, second!.topics, second!.completedAtNs], [false, ["drive/text"], undefined]);
  assert.deepEqual([drive.locked, drive.updatedAtNs, drive.topics], [false, [first!.completedAtNs], [
    "/speed",
    "/text",
  ]]);
  await more.finalize();
  assert.equal(await drive.reload(), true);
  assert.deepEqual([drive.locked, drive.updatedAtNs.length], [true, 2]);
});

test("system info tells size, creation, lock and chunks", async () => {
  await using fx = await startEmbedded();
  await record(fx, "drive");
  await record(fx, "open", false);
  const topic = await fx.client.topicSystemInfo("drive", "/speed");
  assert.ok(topic && topic.totalSizeBytes >= 160n && topic.createdAtNs > 0n);
  assert.equal(topic.isLocked, true);
  assert.equal(topic.chunkCount, 1n);
  const sequence = await fx.client.sequenceSystemInfo("drive");
  assert.equal(sequence?.totalSizeBytes, topic.totalSizeBytes);
  assert.equal(sequence?.isLocked, true);
  assert.equal((await fx.client.sequenceSystemInfo("open"))?.isLocked, false);
  assert.equal(await fx.client.sequenceSystemInfo("absent"), undefined);
  assert.equal(await fx.client.topicSystemInfo("drive", "/absent"), undefined);
});

test("handlers are kept by name until they are forgotten, and say what was so then", async () => {
  await using fx = await startEmbedded();
  await record(fx, "drive");
  await record(fx, "other");
  const { client } = fx;
  assert.equal(await client.sequenceHandler("absent"), undefined);
  const drive = (await client.sequenceHandler("drive"))!;
  const speed = (await client.topicHandler("drive", "/speed"))!;
  assert.equal(await client.sequenceHandler("drive"), drive);
  assert.equal(await client.topicHandler("drive", "speed"), speed, "the locator counts, not how it was written");
  assert.notEqual(await client.sequenceHandler("/drive"), drive, "the name as it was given counts");
  assert.notEqual(await client.sequenceHandler("drive", { forceNewInstance: true }), drive);
  assert.notEqual(await client.topicHandler("drive", "/speed", { forceNewInstance: true }), speed);
  assert.equal(await client.sequenceHandler("drive"), drive, "the new ones took no place");
  const typed = (await client.topicHandler("drive", "/speed", Floating64))!;
  assert.notEqual(typed, speed);
  assert.equal(await client.topicHandler("drive", "/speed", Floating64), typed);
  const [first, second] = await Promise.all([client.sequenceHandler("other"), client.sequenceHandler("other")]);
  assert.equal(first, second);

  client.clearSequenceHandlersCache();
  assert.notEqual(await client.sequenceHandler("drive"), drive);
  assert.equal(await client.topicHandler("drive", "/speed", Floating64), typed);
  client.clearTopicHandlersCache();
  assert.notEqual(await client.topicHandler("drive", "/speed", Floating64), typed);
  assert.equal(await drive.reload(), true, "what was handed out stays usable");
});

test("a console shows what a handler knows", async () => {
  await using fx = await startEmbedded();
  await record(fx, "drive");
  const sequence = (await fx.client.sequenceHandler("drive"))!;
  assert.match(inspect(sequence), /^SequenceHandler \{\s+name: .drive.,\s+topics: \[ .\/speed. \],\s+locked: true,/);
  const topic = await sequence.topicHandler("/speed");
  assert.match(inspect({ topic }), /topic: TopicHandler \{\s+locator: .drive\/speed.,\s+ontologyTag: ./);
});

test("deleting forgets the handlers of what is gone", async () => {
  await using fx = await startEmbedded();
  const { client } = fx;
  for (const name of ["drive", "other"]) await record(fx, name);
  const drive = (await client.sequenceHandler("drive"))!;
  const other = (await client.sequenceHandler("other"))!;
  const speed = (await client.topicHandler("drive", "/speed"))!;
  await client.sequenceDelete("drive", { locked: true });
  assert.equal(await client.sequenceHandler("drive"), undefined);
  assert.equal(await client.topicHandler("drive", "/speed"), undefined);
  assert.equal(await client.sequenceHandler("other"), other);
  assert.deepEqual([await drive.reload(), await speed.reload()], [false, false]);
  assert.deepEqual(drive.topics, ["/speed"], "it says what it said before");
  const topic = (await client.topicHandler("other", "/speed"))!;
  await client.topicDelete("other", "/speed");
  assert.equal(await client.topicHandler("other", "/speed"), undefined);
  assert.equal(await topic.reload(), false);
  assert.deepEqual([await other.reload(), other.topics], [true, []]);
  await failure(client.sequenceDelete("drive", { locked: true }), "rpc.not_found");
});

test("a sequence hands out its topics, and refuses the ones it has not by naming those it has", async () => {
  await using fx = await startEmbedded();
  await record(fx, "drive");
  const drive = (await fx.client.sequenceHandler("drive"))!;
  const speed = await drive.topicHandler("/speed");
  assert.equal(speed.locator, "drive/speed");
  assert.equal(await drive.topicHandler("/speed"), speed);
  assert.notEqual(await drive.topicHandler("/speed", { forceNewInstance: true }), speed);
  const typed = await drive.topicHandler("/speed", Floating64);
  for await (const { data } of await typed.stream({ startNs: 3n, endNs: 4n })) assert.equal(data.data + 1, 4);
  await failure(drive.topicHandler("/speed", IMU), "schema.mismatch");
  assert.match(
    (await failure(drive.topicHandler("/sped"), "session.unknown_topic")).message,
    /\/sped.*"drive".*\/speed/,
  );
  assert.match((await failure(drive.topicHandler("speed"), "session.unknown_topic")).message, /its topics are \/speed/);
  await fx.client.topicDelete("drive", "/speed");
  await failure(drive.topicHandler("/speed", { forceNewInstance: true }), "session.unknown_topic");
});

/** Bumps of 10 rows each, at times 100–109, 200–209, …; text inside each second bump. */
async function bumps({ client }: Embedded): Promise<void> {
  await using drive = await client.sequenceCreate("drive-1", { metadata: { car: { version: 7 } } });
  const imu = await drive.topicCreate("/imu", IMU, { metadata: { rateHz: 100 } });
  const text = await drive.topicCreate("/text", Text);
  for (let time = 0n; time < 600n; time++) {
    const x = time >= 100n && time % 100n < 10n ? 9 : 1;
    await imu.push(time, { acceleration: { x, y: 0, z: 0 }, angularVelocity: { x: 0, y: 0, z: 0 } });
    if (time % 200n === 5n) await text.push(time, { data: `bump ${time}` });
  }
  await drive.finalize();
  await using other = await client.sequenceCreate("trip-2");
  await (await other.topicCreate("/imu", IMU)).push(1n, {
    acceleration: { x: 0, y: 0, z: 0 },
    angularVelocity: { x: 0, y: 0, z: 0 },
  });
  await other.finalize();
}

test("query finds sequences and topics by name, metadata, type and content", async () => {
  await using fx = await startEmbedded();
  await bumps(fx);
  const names = async (...queries: QueryBuilder[] | [Query]) => {
    const [first] = queries;
    const response = first instanceof Query
      ? await fx.client.query(first)
      : await fx.client.query(...queries as QueryBuilder[]);
    return [...response].map((item) => [item.sequence.name, item.topics.map((topic) => topic.name)]);
  };
  const both = [["drive-1", ["/imu", "/text"]]];
  assert.deepEqual(await names(new QuerySequence().withName("drive-1")), both);
  assert.deepEqual(await names(new QuerySequence().withNameMatch("drive*")), both);
  assert.deepEqual(await names(new QuerySequence().withUserMetadata("car.version", { geq: 7 })), both);
  assert.deepEqual(await names(new QuerySequence().withUserMetadata("car.version", { gt: 7 })), []);
  assert.deepEqual(await names(new QueryTopic().withOntologyTag("String")), [["drive-1", ["/text"]]]);
  assert.deepEqual(
    await names(new QueryTopic().withName("/imu"), new QueryOntologyCatalog(IMU.Q.acceleration.x.gt(5))),
    [
      ["drive-1", ["/imu"]],
    ],
  );
  assert.deepEqual(
    await names(
      new Query(new QuerySequence().withNameMatch("*"), new QueryOntologyCatalog(Text.Q.data.match("bump *"))),
    ),
    [["drive-1", ["/text"]]],
  );
  await failure(fx.client.query(new QueryTopic().withName("a"), new QueryTopic().withName("b")), "query.");
});

test("clusters and intersections are found through the client", async () => {
  await using fx = await startEmbedded();
  await bumps(fx);
  const found = await fx.client.query(
    new QueryOntologyCatalog(IMU.Q.acceleration.x.gt(5), Text.Q.data.match("bump *")),
  );
  const item = found.at(0)!;
  const spans = (clusters: readonly TopicCluster[]) =>
    clusters.map(({ range: { startNs, endNs } }) => [startNs, endNs]);
  const imu = item.topics.find((topic) => topic.name === "/imu")!;
  assert.deepEqual(
    spans(await imu.clusterize({ clusteringDtNs: 5n })),
    [100n, 200n, 300n, 400n, 500n].map((time) => [time, time + 9n]),
  );
  assert.deepEqual(spans(await imu.clusterize()), [[100n, 509n]]);
  assert.deepEqual(
    spans(await imu.clusterize({ clusteringDtNs: 5n, range: { startNs: 205n, endNs: 303n } })),
    [[205n, 209n], [300n, 302n]],
  );
  assert.deepEqual(spans(await item.intersect([], { clusteringDtNs: 5n })), [[205n, 205n], [405n, 405n]]);
  const all = await item.clusterizeAll({ clusteringDtNs: 5n });
  assert.deepEqual([...all.keys()], ["/imu", "/text"]);
  assert.equal(all.get("/text")!.length, 3);
});
