/**
 * Many topics and several sessions at once.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MosaicoClient, SessionWriter, TopicWriter } from "../../src/client/mod.ts";
import { Floating64, Integer64 } from "../../src/ontology/mod.ts";
import { startEmbedded } from "../support/embedded.ts";
import { failure } from "../support/errors.ts";

const LONG = { timeout: 60_000 };
const TOPICS = 100;
const ROWS = 500;

const nameOf = (i: number) => `/sensor/${String(i).padStart(3, "0")}`;

async function createAll(session: SessionWriter, count: number): Promise<TopicWriter<Integer64>[]> {
  return await Promise.all(Array.from({ length: count }, (_, i) => session.topicCreate(nameOf(i), Integer64)));
}

/** Pushes to all topics in turn, as sensors do. */
async function pushAll(topics: readonly TopicWriter<Integer64>[], rows = ROWS): Promise<void> {
  for (let row = 0; row < rows; row++) {
    for (const [i, topic] of topics.entries()) {
      const room = topic.push(BigInt(row * TOPICS + i), { data: BigInt(i) });
      if (room !== undefined) await room;
    }
  }
}

async function assertWhole(client: MosaicoClient, name: string, topics: number): Promise<void> {
  const sequence = (await client.sequenceHandler(name))!;
  assert.equal(sequence.topics.length, topics);
  let at = 0;
  for await (const { topic, timestampNs, data } of sequence.stream()) {
    const [row, i] = [Math.floor(at / topics), at % topics];
    assert.equal(topic, nameOf(i));
    assert.equal(timestampNs, BigInt(row * TOPICS + i));
    assert.equal((data as Integer64).data, BigInt(i));
    at++;
  }
  assert.equal(at, topics * ROWS);
}

for (const workers of [0, 2]) {
  test(`100 topics written at once are spread over the lanes, and whole (workers: ${workers})`, LONG, async () => {
    await using fx = await startEmbedded({ tcp: true, client: { lanes: 2, workers } });
    await using drive = await fx.client.sequenceCreate("drive");
    const topics = await createAll(drive, TOPICS);
    assert.deepEqual(fx.client.stats().lanes.map(({ active }) => active), [TOPICS / 2, TOPICS / 2]);
    assert.deepEqual([...drive.listTopicWriters()].sort(), Array.from({ length: TOPICS }, (_, i) => nameOf(i)));
    await pushAll(topics);
    await drive.finalize();
    assert.ok(topics.every(({ status, rowCount }) => status === "finalized" && rowCount === ROWS));
    assert.deepEqual(fx.client.stats().lanes.map(({ active }) => active), [0, 0]);
    assert.equal(fx.client.stats().bytesInFlight, 0);
    await assertWhole(fx.client, "drive", TOPICS);
  });
}

test("several sessions of one client, of several sequences, write at the same time", LONG, async () => {
  await using fx = await startEmbedded({ tcp: true, client: { lanes: 2, workers: 0 } });
  const names = ["north", "east", "south", "west"];
  const drives = await Promise.all(names.map((name) => fx.client.sequenceCreate(name)));
  const topics = await Promise.all(drives.map((drive) => createAll(drive, 10)));
  await Promise.all(topics.map((of) => pushAll(of)));
  await drives[1]!.abort(new Error("east is lost"));
  await Promise.all([0, 2, 3].map((i) => drives[i]!.finalize()));
  assert.deepEqual(drives.map(({ status }) => status), ["finalized", "error", "finalized", "finalized"]);
  for (const name of ["north", "south", "west"]) await assertWhole(fx.client, name, 10);
});

test("a session knows its writers, and where it stands", async () => {
  await using fx = await startEmbedded();
  await using drive = await fx.client.sequenceCreate("drive");
  assert.deepEqual([drive.name, drive.status, drive.sessionStatus], ["drive", "pending", "pending"]);
  assert.match(drive.sessionLocator, /^drive:[0-9A-Z]{26}$/);
  assert.deepEqual([drive.listTopicWriters(), drive.topicWriterExists("/a")], [[], false]);
  const a = await drive.topicCreate("/a", Floating64);
  const b = await drive.topicCreate("b", Floating64); // the key is the name as given
  assert.deepEqual(drive.listTopicWriters(), ["/a", "b"]);
  assert.deepEqual([drive.getTopicWriter("/a"), drive.getTopicWriter("b"), drive.getTopicWriter("/b")], [
    a,
    b,
    undefined,
  ]);
  assert.deepEqual(drive.topics, [a, b]);
  assert.deepEqual(["/a", "b", "/b"].map((name) => drive.topicWriterExists(name)), [true, true, false]);
  await failure(drive.topicCreate("/a", Floating64), "session.topic_exists");
  assert.deepEqual([a.name, a.locator, a.ontology, a.rowCount, a.droppedRecordCount], [
    "/a",
    "drive/a",
    Floating64,
    0,
    0,
  ]);
  await a.push(1n, { data: 1 });
  await b.push(1n, { data: 1 });
  await drive.finalize();
  assert.deepEqual([drive.status, a.status, b.status, a.isActive], ["finalized", "finalized", "finalized", false]);
  await failure(drive.topicCreate("/late", Floating64), "session.closed");
});
