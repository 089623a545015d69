/**
 * What becomes of errors at a topic: raise, ignore, finalize.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SequenceWriter, TopicErrorPolicy, TopicWriter } from "../../src/client/mod.ts";
import { Floating64 } from "../../src/ontology/mod.ts";
import { type Embedded, startEmbedded } from "../support/embedded.ts";
import { failure } from "../support/errors.ts";

interface Recording extends AsyncDisposable {
  readonly fx: Embedded;
  readonly drive: SequenceWriter;
  readonly topic: TopicWriter<Floating64>;
}

async function record(onError?: TopicErrorPolicy): Promise<Recording> {
  const fx = await startEmbedded();
  const drive = await fx.client.sequenceCreate("drive");
  const topic = await drive.topicCreate("/t", Floating64, onError === undefined ? {} : { onError });
  return { fx, drive, topic, [Symbol.asyncDispose]: () => fx[Symbol.asyncDispose]() };
}

async function timesOf({ client }: Embedded, topic = "/t"): Promise<bigint[]> {
  const times = [];
  for await (const { timestampNs } of await (await client.topicHandler("drive", topic))!.stream()) {
    times.push(timestampNs);
  }
  return times;
}

async function notesOf({ client }: Embedded): Promise<string[]> {
  return (await client.listTopicNotifications("drive", "/t")).map(({ message }) => message);
}

const BOOM = new Error("sensor unplugged");
const boom = () => {
  throw BOOM;
};

test("raise: the error is thrown on, the topic goes on, and the next push makes it active again", async () => {
  await using recording = await record();
  const { fx, drive, topic } = recording;
  assert.deepEqual([topic.status, topic.isActive, topic.lastError], ["active", true, undefined]);
  await topic.push(1n, { data: 1 });
  await assert.rejects(topic.attempt(boom), (error) => error === BOOM);
  assert.deepEqual([topic.status, topic.isActive, topic.lastError], ["raised_exception", true, BOOM]);
  assert.equal(await topic.attempt(async () => (await topic.push(2n, { data: 2 }), "done")), "done");
  assert.deepEqual([topic.status, topic.lastError], ["active", undefined]);
  await drive.finalize();
  assert.deepEqual([topic.status, topic.isActive, drive.status], ["finalized", false, "finalized"]);
  assert.deepEqual(await timesOf(fx), [1n, 2n]);
  assert.deepEqual(await notesOf(fx), []);
});

test("ignore: the error is noted, the topic goes on, buffered rows stay", async () => {
  await using recording = await record("ignore");
  const { fx, drive, topic } = recording;
  await topic.push(1n, { data: 1 });
  const answer = await topic.attempt(async () => {
    await topic.push(2n, { data: 2 });
    return boom();
  });
  assert.equal(answer, undefined);
  assert.deepEqual([topic.status, topic.isActive, topic.lastError], ["ignored_last_error", true, BOOM]);
  await topic.attempt(() => topic.push(3n, { data: "three" as unknown as number }));
  assert.equal(topic.status, "ignored_last_error");
  assert.match(String(topic.lastError), /data/);
  await topic.push(4n, { data: 4 });
  assert.deepEqual([topic.status, topic.lastError], ["active", undefined]);
  await drive.finalize();
  assert.deepEqual([topic.status, drive.status], ["finalized", "finalized"]);
  assert.deepEqual(await timesOf(fx), [1n, 2n, 4n]);
  const notes = await notesOf(fx);
  assert.equal(notes.length, 2);
  assert.equal(notes[0], "sensor unplugged");
});

test("finalize: the error is noted, buffered rows are dropped, the topic ends with what was sent", async () => {
  await using recording = await record("finalize");
  const { fx, drive, topic } = recording;
  const other = await drive.topicCreate("/other", Floating64);
  await topic.push(1n, { data: 1 });
  await topic.flush();
  await topic.push(2n, { data: 2 });
  await topic.attempt(boom);
  assert.deepEqual([topic.status, topic.isActive, topic.lastError], ["finalized_with_error", false, BOOM]);
  const error = await failure(() => topic.push(3n, { data: 3 }), "session.closed");
  assert.match(error.message, /"\/t".*finalized_with_error/);
  assert.equal(topic.status, "finalized_with_error");
  await other.push(1n, { data: 1 });
  await drive.finalize();
  assert.deepEqual([topic.status, drive.status], ["finalized_with_error", "finalized"]);
  assert.deepEqual([await timesOf(fx), await timesOf(fx, "/other")], [[1n], [1n]]);
  assert.deepEqual(await notesOf(fx), ["sensor unplugged (1 buffered records discarded)"]);
  assert.deepEqual(await fx.client.listSequenceNotifications("drive"), []);
});

test("a push that fails on its own is thrown whatever the policy", async () => {
  for (const policy of ["raise", "ignore", "finalize"] as const) {
    await using recording = await record(policy);
    const { drive, topic } = recording;
    await failure(() => topic.push(1n, { data: "x" as unknown as number }), "schema.");
    assert.deepEqual([topic.status, topic.isActive], ["raised_exception", true]);
    await failure(() => topic.pushColumns({ timestampNs: new BigInt64Array(1) } as never), "schema.");
    assert.deepEqual([topic.status, topic.isActive], ["raised_exception", true]);
    await topic.pushColumns({ timestampNs: new BigInt64Array(1), data: new Float64Array(1) });
    assert.deepEqual([topic.status, topic.lastError], ["active", undefined]);
    await drive.finalize();
  }
});

test("an error outside of every topic is the session's: its policy is applied, and topics say so", async () => {
  await using recording = await record("ignore");
  const { fx, drive, topic } = recording;
  await topic.push(1n, { data: 1 });
  await topic.flush();
  await drive.abort(BOOM);
  assert.deepEqual([drive.status, drive.sessionStatus], ["error", "error"]);
  assert.deepEqual([topic.status, topic.isActive, topic.lastError], ["finalized_with_error", false, BOOM]);
  assert.deepEqual(await timesOf(fx), [1n]);
  assert.deepEqual(await notesOf(fx), ["sensor unplugged"]);
});

test("pushMany() and flush() stop when their signal aborts; the topic goes on", async () => {
  await using recording = await record();
  const { fx, drive, topic } = recording;
  const controller = new AbortController();
  const rows = (function* () {
    for (let i = 1n;; i++) {
      if (i === 4n) controller.abort(BOOM);
      yield { timestampNs: i, data: { data: 1 } };
    }
  })();
  await assert.rejects(topic.pushMany(rows, { signal: controller.signal }), (error) => error === BOOM);
  await assert.rejects(topic.flush({ signal: controller.signal }), (error) => error === BOOM);
  assert.deepEqual([topic.status, topic.rowCount], ["active", 3]);
  await topic.push(10n, { data: 1 });
  await drive.finalize();
  assert.deepEqual(await timesOf(fx), [1n, 2n, 3n, 10n]);
});
